// Host names that an app claims and has not proven yet, in PostgreSQL, apart from the verified ones: several apps may
// claim one name, and only who proves it gets it.
import type { HostClaim, HostClaims } from '../../registry.ts';
import type { Session } from './session.ts';
import type { Row } from './threads.ts';

const columns = 'app, host, value, claimed_at';

export function openHostClaims(session: Session): HostClaims {
  return {
    find(app, host) {
      const row = session.query(`${byApp} AND host = $2`, app, host).rows[0];
      return row ? decode(row) : null;
    },
    list: (app) => session.query(`${byApp} ORDER BY host`, app).rows.map(decode),
    put: ({ app, host, value, claimedAt }) => void session.query(put, app, host, value, claimedAt),
    remove: (app, host) =>
      session.query('DELETE FROM host_claim WHERE app = $1 AND host = $2', app, host).rowCount === 1,
  };
}

const byApp = `SELECT ${columns} FROM host_claim WHERE app = $1`;
const put = `
  INSERT INTO host_claim(${columns}) VALUES ($1, $2, $3, $4)
  ON CONFLICT (app, host) DO UPDATE SET value = excluded.value, claimed_at = excluded.claimed_at`;

function decode(row: Row): HostClaim {
  return {
    app: row.app as string,
    host: row.host as string,
    value: row.value as string,
    claimedAt: row.claimed_at as number,
  };
}
