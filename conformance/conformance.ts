// The black-box suite: it knows a base URL, credentials and the wire, and nothing of the hub behind it. Each request
// that the documented pages show is sent on every path that they show, as a user and as the app itself.
import type { Credentials } from './credentials.ts';
import { evidenceConformance } from './evidence.ts';
import { feedConformance } from './feed.ts';
import { pageConformance } from './page-requests.ts';
import { statusConformance } from './statuses.ts';

export interface Target {
  /** The public URL, without a slash at its end. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
}

/** Registers the whole suite with node:test. */
export function conformance(target: Target): void {
  pageConformance(target);
  statusConformance(target);
  feedConformance(target);
  evidenceConformance(target);
}
