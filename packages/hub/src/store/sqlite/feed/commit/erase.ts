// The end of a feed that was erased: the user's row and what is left beside it. It goes only when no notification and no
// subscription is there, which the same batch may have brought.
import type { DatabaseSync } from 'node:sqlite';
import type { UserKey } from '../../../../model/principal.ts';
import { isFresh, isIndexed } from '../fresh.ts';
import type { Tables } from '../tables.ts';

export function openErase(db: DatabaseSync, { interned }: Tables): (users: readonly UserKey[]) => void {
  const removeAccount = db.prepare(`DELETE FROM account WHERE id = ?1
    AND NOT EXISTS (SELECT 1 FROM notification WHERE account = ?1 AND ${isFresh})
    AND NOT EXISTS (SELECT 1 FROM notification WHERE account = ?1 AND ${isIndexed})
    AND NOT EXISTS (SELECT 1 FROM subscription WHERE account = ?1)`);
  const rest = ['feed_app', 'delivery', 'webhook_change'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE account = ?`),
  );
  return (users) => {
    for (const user of users) {
      const account = interned.account(user);
      if (account === null || removeAccount.run(account).changes === 0) continue;
      for (const remove of rest) remove.run(account);
      interned.erased(user);
    }
  };
}
