// Users and apps are interned to small integers. Both only ever grow and never change, so what was seen may be kept.
// Both sides keep their own: the writer's thread and the reader of the main thread.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { AppId } from '../../../model/app.ts';
import type { UserKey } from '../../../model/principal.ts';

const accountsKept = 100_000;

export class Interned {
  readonly #accounts = new BoundedMap<UserKey, number>({ entriesMax: accountsKept });
  readonly #apps = new Map<AppId, number>();
  readonly #appNames = new Map<number, AppId>();
  readonly #findAccount: StatementSync;
  readonly #findUser: StatementSync;
  readonly #findApp: StatementSync;
  readonly #findAppName: StatementSync;

  constructor(db: DatabaseSync) {
    this.#findAccount = db.prepare('SELECT id FROM account WHERE key = ?');
    this.#findUser = db.prepare('SELECT key FROM account WHERE id = ?');
    this.#findApp = db.prepare('SELECT id FROM app_ref WHERE app = ?');
    this.#findAppName = db.prepare('SELECT app FROM app_ref WHERE id = ?');
  }

  account(user: UserKey): number | null {
    const known = this.#accounts.get(user);
    if (known !== undefined) return known;
    const row = this.#findAccount.get(user);
    if (!row) return null;
    this.keepAccount(user, row.id as number);
    return row.id as number;
  }

  user(account: number): UserKey {
    return this.#findUser.get(account)?.key as UserKey;
  }

  keepAccount(user: UserKey, account: number): void {
    this.#accounts.set(user, account);
  }

  app(app: AppId): number | null {
    const known = this.#apps.get(app);
    if (known !== undefined) return known;
    const row = this.#findApp.get(app);
    if (!row) return null;
    this.keepApp(app, row.id as number);
    return row.id as number;
  }

  keepApp(app: AppId, id: number): void {
    this.#apps.set(app, id);
    this.#appNames.set(id, app);
  }

  readonly appName = (id: number): AppId => {
    const known = this.#appNames.get(id);
    if (known !== undefined) return known;
    const name = this.#findAppName.get(id)?.app as AppId;
    this.keepApp(name, id);
    return name;
  };

  /** After a rollback, what was interned inside the transaction is not there. */
  forget(): void {
    this.#accounts.clear();
    this.#apps.clear();
    this.#appNames.clear();
  }
}
