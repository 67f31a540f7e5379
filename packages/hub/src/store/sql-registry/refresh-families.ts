// Families of refresh tokens: one row for all tokens that follow each other. It counts how often one was spent, so that of
// many who spend the same one at once the first moves it on, and the others get the same successor.
import type { RefreshFamilies, RefreshFamily } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Row, Session } from './session.ts';

const table = openTable(registryTables.refresh_family);
const select = `SELECT ${table.names} FROM refresh_family`;
const insert = `INSERT INTO refresh_family(${table.names}) VALUES (${table.placeholders})`;
const keepNewest = `
  DELETE FROM refresh_family WHERE account = $1 AND client = $2 AND id NOT IN
    (SELECT id FROM refresh_family WHERE account = $1 AND client = $2 ORDER BY started_at DESC, id LIMIT $3)`;
const spend = 'UPDATE refresh_family SET spent = spent + 1, spent_at = $1 WHERE id = $2 AND spent = $3';
const renew = 'UPDATE refresh_family SET payload = $1, expires_at = $2 WHERE id = $3';
const removeExpired = `
  DELETE FROM refresh_family WHERE id IN
    (SELECT id FROM refresh_family WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`;

export function openRefreshFamilies(session: Session): RefreshFamilies {
  const remove =
    (column: string) =>
    async (value: string): Promise<void> => {
      await session.query(`DELETE FROM refresh_family WHERE ${column} = $1`, value);
    };

  return {
    start: (family, keep) =>
      session.atomically(async (within) => {
        const { id, account, client, grantId, payload, startedAt, expiresAt } = family;
        const values = [id, account, client, grantId, family.session, JSON.stringify(payload)] as const;
        await within.query(insert, ...values, 0, null, startedAt, expiresAt);
        await within.query(keepNewest, account, client, keep);
      }),
    async find(id) {
      const [row] = (await session.query(`${select} WHERE id = $1`, id)).rows;
      return row ? decode(row) : null;
    },
    async spend(id, spent, now) {
      await session.query(spend, now, id, spent);
    },
    async renew(id, payload, expiresAt) {
      await session.query(renew, JSON.stringify(payload), expiresAt, id);
    },
    async list(account) {
      return (
        await session.query(`${select} WHERE account = $1 ORDER BY started_at DESC, id`, account)
      ).rows.map(decode);
    },
    remove: remove('id'),
    removeByGrant: remove('grant_id'),
    removeBySession: remove('session'),
    removeByAccount: remove('account'),
    removeExpired: async (nowMs, limit) => (await session.query(removeExpired, nowMs, limit)).count,
  };
}

function decode(row: Row): RefreshFamily {
  const { grant_id, spent_at, started_at, expires_at, payload, ...rest } = table.read(row);
  return {
    ...rest,
    payload: JSON.parse(payload),
    grantId: grant_id,
    spentAt: spent_at,
    startedAt: started_at,
    expiresAt: expires_at,
  };
}
