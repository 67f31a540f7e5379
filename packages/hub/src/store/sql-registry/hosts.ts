// Host names that an app claims and has not proven yet, apart from the verified ones. Several apps may claim one name; the
// app that proves it gets it.
import type { HostClaim, HostClaims } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Row, Session } from './session.ts';

const table = openTable(registryTables.host_claim);
const byApp = `SELECT ${table.names} FROM host_claim WHERE app = $1`;
const put = `
  INSERT INTO host_claim(${table.names}) VALUES (${table.placeholders})
  ON CONFLICT (app, host) DO UPDATE SET value = excluded.value, claimed_at = excluded.claimed_at`;

export function openHostClaims(session: Session): HostClaims {
  return {
    async find(app, host) {
      const [row] = (await session.query(`${byApp} AND host = $2`, app, host)).rows;
      return row ? decode(row) : null;
    },
    list: async (app) => (await session.query(`${byApp} ORDER BY host`, app)).rows.map(decode),
    async put({ app, host, value, claimedAt }) {
      await session.query(put, app, host, value, claimedAt);
    },
    remove: async (app, host) =>
      (await session.query('DELETE FROM host_claim WHERE app = $1 AND host = $2', app, host)).count === 1,
  };
}

function decode(row: Row): HostClaim {
  const { claimed_at: claimedAt, ...rest } = table.read(row);
  return { ...rest, claimedAt };
}
