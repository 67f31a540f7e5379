// The hub's configuration of the page: where users sign in and as which client. The last answer is stored, so that the page
// starts without the hub.
import type { InboxConfig as Answered } from '@carillon/protocol';
import { correctClock, type PageClock, restoreClock } from './sign-in/page-clock.ts';
import type { Vault } from './sign-in/vault.ts';

export interface InboxConfig extends Answered {
  /** Where the issuer sends the user back to; the page's own doing. */
  readonly redirectUri: string;
}

/** Null when the hub can't be reached and was never before. */
export async function readConfig(vault: Vault, clock: PageClock): Promise<InboxConfig | null> {
  await restoreClock(clock, vault).catch(() => {});
  try {
    const response = await fetch('inbox/config.json');
    await correctClock(clock, response, vault);
    if (!response.ok) throw new Error(`the hub answered ${response.status}`);
    const answer: Answered = await response.json();
    const config: InboxConfig = { ...answer, redirectUri: `${answer.publicUrl}/inbox` };
    await vault.write('config', config);
    return config;
  } catch {
    return vault.read<InboxConfig>('config');
  }
}
