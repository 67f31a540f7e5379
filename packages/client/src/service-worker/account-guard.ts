// Makes the record and the screen those of the user who is signed in: what belongs to another user is removed first. Every
// event and every exchange with the hub begins with it.
import { type Clock, HubClock } from '../clock.ts';
import { emptyRecord, type PushRecord } from '../web-push/push-record.ts';
import type { PushStore } from '../web-push/push-store.ts';
import type { ServeOptions } from './options.ts';
import type { Screen } from './screen.ts';

export interface AccountGuardOptions {
  readonly store: PushStore;
  readonly screen: Screen;
  readonly clock: Clock;
  /** How the app names the user; without it the token does. */
  readonly account: ServeOptions['account'];
}

export class AccountGuard {
  readonly #options: AccountGuardOptions;

  constructor(options: AccountGuardOptions) {
    this.#options = options;
  }

  /** The record of the user whom the app names; as it is stored where the app names none. */
  async read(): Promise<PushRecord> {
    const { store, account, clock } = this.#options;
    const record = await store.read();
    if (clock instanceof HubClock) clock.restore(record.offsetMs);
    return account ? this.#assign(await account(), record) : record;
  }

  /** The token's user; null for an opaque token. */
  async check(account: string | null, record: PushRecord): Promise<void> {
    if (account !== null && !this.#options.account) await this.#assign(account, record);
  }

  /** Removes everything of the last user, from the screen too. */
  async forget(next: Partial<PushRecord> = { signedOut: true }): Promise<PushRecord> {
    const { store, screen } = this.#options;
    await screen.closeAll();
    await screen.badge(0);
    return store.change(() => ({ ...emptyRecord, ...next }));
  }

  async #assign(account: string | null, record: PushRecord): Promise<PushRecord> {
    if (account === null) return record.signedOut ? record : this.forget();
    if (record.account === account && !record.signedOut) return record;
    if (record.account !== null) return this.forget({ account });
    return this.#options.store.change((current) => ({ ...current, account, signedOut: false }));
  }
}
