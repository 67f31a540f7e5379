// Host names that an app claims and has not proven yet, in SQLite, apart from the verified ones: several apps may claim
// one name, and only who proves it gets it.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { HostClaim, HostClaims } from '../../registry.ts';

const columns = 'app, host, value, claimed_at';

export function openHostClaims(db: DatabaseSync): HostClaims {
  const byHost = db.prepare(`SELECT ${columns} FROM host_claim WHERE app = ? AND host = ?`);
  const byApp = db.prepare(`SELECT ${columns} FROM host_claim WHERE app = ? ORDER BY host`);
  const put = db.prepare(`
    INSERT INTO host_claim(${columns}) VALUES (?, ?, ?, ?)
    ON CONFLICT(app, host) DO UPDATE SET value = excluded.value, claimed_at = excluded.claimed_at`);
  const remove = db.prepare('DELETE FROM host_claim WHERE app = ? AND host = ?');
  return {
    find(app, host) {
      const row = byHost.get(app, host);
      return row ? decode(row) : null;
    },
    list: (app) => byApp.all(app).map(decode),
    put: ({ app, host, value, claimedAt }) => void put.run(app, host, value, claimedAt),
    remove: (app, host) => remove.run(app, host).changes === 1,
  };
}

function decode(row: Record<string, SQLOutputValue>): HostClaim {
  return {
    app: row.app as string,
    host: row.host as string,
    value: row.value as string,
    claimedAt: row.claimed_at as number,
  };
}
