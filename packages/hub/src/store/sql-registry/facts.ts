// The hub's own facts: keys, secrets, its public URL. All processes on one database share them, and the first maker of a
// fact wins. Each call is one statement, or two.
import type { Meta } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Session } from './session.ts';

const table = openTable(registryTables.fact);
const insert = `INSERT INTO fact(${table.names}) VALUES ($1, $2) ON CONFLICT (key)`;
const stored = 'CAST(fact.value AS BIGINT)';

export function openMeta(session: Session): Meta {
  async function read(key: string): Promise<string | null> {
    const [row] = (await session.query(`SELECT ${table.names} FROM fact WHERE key = $1`, key)).rows;
    return row ? table.read(row).value : null;
  }

  return {
    read,
    async write(key, value) {
      await session.query(`${insert} DO UPDATE SET value = excluded.value`, key, value);
    },
    async count(key, { atLeast, add }) {
      const kept = `CASE WHEN ${stored} >= $4 THEN ${stored} ELSE $4 END`;
      const [row] = (
        await session.query(
          `${insert} DO UPDATE SET value = CAST(${kept} + $3 AS TEXT) RETURNING ${table.names}`,
          ...[key, String(atLeast + add), add, atLeast],
        )
      ).rows;
      return Number(row && table.read(row).value);
    },
    async readOrMake(key, make) {
      const known = await read(key);
      if (known !== null) return known;
      const made = await make();
      await session.query(`${insert} DO NOTHING`, key, made);
      return (await read(key)) ?? made;
    },
  };
}
