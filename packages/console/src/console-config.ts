// The hub's configuration of the console: where operators sign in and as which client.
// It is read at each start, since the console has no use without its hub.
import type { ConsoleConfig as Answered } from '@carillon/protocol';
import { clock } from './clock.ts';

export interface ConsoleConfig extends Answered {
  /** Where the issuer sends the person back to; the page's own doing. */
  readonly redirectUri: string;
}

/** Null when the hub can't be reached. */
export async function readConfig(): Promise<ConsoleConfig | null> {
  try {
    const response = await fetch('console/config.json');
    clock.correct(response.headers.get('date'));
    if (!response.ok) return null;
    const answer: Answered = await response.json();
    return { ...answer, redirectUri: `${answer.publicUrl}/console` };
  } catch {
    return null;
  }
}
