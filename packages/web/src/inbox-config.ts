// The hub's configuration of the page: where users sign in and as which client. The last answer is stored, so that the page
// starts without the hub.
import { correctClock, type PageClock, restoreClock } from './sign-in/page-clock.ts';
import type { Vault } from './sign-in/vault.ts';

/** As the hub answers it at /inbox/config.json. */
export interface InboxConfig {
  /** Where the issuer sends the user back to; the page's own doing. */
  readonly redirectUri: string;
  readonly publicUrl: string;
  readonly issuer: string;
  /** Null: the operator has not set the page's client of the issuer. */
  readonly clientId: string | null;
  readonly scope: string;
  readonly targetHostName: string;
  /** Of the notifications that a development hub's page sends; null elsewhere. */
  readonly demoHostName: string | null;
  /** Absent: notifications may show pictures of other sites. `proxied`: they come through the hub. */
  readonly pictures?: false | 'proxied';
  readonly dev: boolean;
  readonly version: string;
  /** Where the user changes the password; absent or null where users sign in elsewhere. */
  readonly passwordUrl?: string | null;
}

/** Null when the hub can't be reached and was never before. */
export async function readConfig(vault: Vault, clock: PageClock): Promise<InboxConfig | null> {
  await restoreClock(clock, vault).catch(() => {});
  try {
    const response = await fetch('inbox/config.json');
    await correctClock(clock, response, vault);
    if (!response.ok) throw new Error(`the hub answered ${response.status}`);
    const answer: Omit<InboxConfig, 'redirectUri'> = await response.json();
    const config: InboxConfig = { ...answer, redirectUri: `${answer.publicUrl}/inbox` };
    await vault.write('config', config);
    return config;
  } catch {
    return vault.read<InboxConfig>('config');
  }
}
