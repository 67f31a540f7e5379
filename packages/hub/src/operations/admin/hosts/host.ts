// Host names of an app: claimed, verified, given up. The app itself holds only verified ones, so a check of a host name
// can't mistake a claim for a proof.
import { randomBytes } from 'node:crypto';
import type { hostAnswerSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import type { App } from '../../../model/app.ts';
import { HubError } from '../../../model/errors.ts';
import type { HostClaim, HostClaims } from '../../../store/registry.ts';
import type { Services } from '../../kernel/call.ts';
import { challengeOf } from './host-verifier.ts';

export type HostAnswer = Static<typeof hostAnswerSchema>;

const valueBytes = 24;

/** Makes the claims of the app those of `hosts` that it has not verified; one that it has already keeps its value. */
export async function claimHosts(
  hostClaims: HostClaims,
  app: App,
  hosts: readonly string[],
  { clock }: Services,
): Promise<void> {
  for (const { host } of await hostClaims.list(app.id)) {
    if (!hosts.includes(host) || app.hosts.includes(host)) await hostClaims.remove(app.id, host);
  }
  for (const host of hosts) {
    if (app.hosts.includes(host) || (await hostClaims.find(app.id, host))) continue;
    const value = randomBytes(valueBytes).toString('base64url');
    await hostClaims.put({ app: app.id, host, value, claimedAt: clock.now() });
  }
}

export function showClaim({ host, value }: HostClaim): HostAnswer {
  return { host, verified: false, challenge: challengeOf(host, value) };
}

export function noHost(): HubError {
  return new HubError('notFound', 'The app has no such host name: POST it to the hosts of the app first.');
}
