// The hub's configuration of the console: where operators sign in and as which client.
// It is read at each start, since the console has no use without its hub.
import { clock } from './clock.ts';

/** As the hub answers it at /console/config.json. */
export interface ConsoleConfig {
  readonly publicUrl: string;
  readonly issuer: string;
  /** Null: the operator has not set the page's client of the issuer. */
  readonly clientId: string | null;
  readonly scope: string;
  /** Whether users are made and sign in at this hub. */
  readonly localUsers: boolean;
  readonly dev: boolean;
  readonly version: string;
  /** Where the issuer sends the person back to; the page's own doing. */
  readonly redirectUri: string;
}

/** Null when the hub can't be reached. */
export async function readConfig(): Promise<ConsoleConfig | null> {
  try {
    const response = await fetch('console/config.json');
    clock.correct(response.headers.get('date'));
    if (!response.ok) return null;
    const answer: Omit<ConsoleConfig, 'redirectUri'> = await response.json();
    return { ...answer, redirectUri: `${answer.publicUrl}/console` };
  } catch {
    return null;
  }
}
