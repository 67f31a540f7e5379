// What the embedded OpenID provider keeps, in SQLite: one row a session, grant, code or refresh token, by model and id.
// That one was used stands in its payload. How a row is encoded is the same in every store (sql-registry/grants).
import type { GrantRecord, Grants } from '../../registry.ts';
import { decodeGrant, encodeGrant, grantTable as table } from '../../sql-registry/grants.ts';
import type { Row, Session } from '../../sql-registry/session.ts';

const orReplace = `
  ON CONFLICT(model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
    uid = excluded.uid, user_code = excluded.user_code, expires_at = excluded.expires_at, account = excluded.account`;
const put = `INSERT INTO idp_grant(${table.names}) VALUES (${table.placeholders}) ${orReplace}`;
const putFew = `
  INSERT INTO idp_grant(${table.names}) SELECT ${table.placeholders}
  WHERE (SELECT count(*) FROM idp_grant WHERE model = $1) < $9 ${orReplace}`;
const consume = `
  UPDATE idp_grant SET payload = json_set(payload, '$.consumed', CAST($1 AS INTEGER)) WHERE model = $2 AND id = $3`;
const removeExpired = `
  DELETE FROM idp_grant WHERE rowid IN
    (SELECT rowid FROM idp_grant WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`;

export function openGrants(session: Session): Grants {
  async function find(column: string, model: string, value: string): Promise<GrantRecord | null> {
    const select = `SELECT ${table.names} FROM idp_grant WHERE model = $1 AND ${column} = $2`;
    const [row] = (await session.query(select, model, value)).rows;
    return row ? decode(row) : null;
  }

  return {
    async put(record) {
      await session.query(put, ...encodeGrant(record));
    },
    putFew: async (record, most) => (await session.query(putFew, ...encodeGrant(record), most)).count > 0,
    find: (model, id) => find('id', model, id),
    findByUid: (model, uid) => find('uid', model, uid),
    findByUserCode: (model, userCode) => find('user_code', model, userCode),
    async consume(model, id, atSeconds) {
      await session.query(consume, atSeconds, model, id);
    },
    async remove(model, id) {
      await session.query('DELETE FROM idp_grant WHERE model = $1 AND id = $2', model, id);
    },
    async removeByGrant(grantId) {
      await session.query('DELETE FROM idp_grant WHERE grant_id = $1', grantId);
    },
    async listByAccount(model, account) {
      const select = `SELECT ${table.names} FROM idp_grant WHERE account = $1 AND model = $2 ORDER BY id`;
      return (await session.query(select, account, model)).rows.map(decode);
    },
    async removeByAccount(account) {
      await session.query('DELETE FROM idp_grant WHERE account = $1', account);
    },
    removeExpired: async (nowMs, limit) => (await session.query(removeExpired, nowMs, limit)).count,
  };
}

function decode(row: Row): GrantRecord {
  return decodeGrant(table.read(row));
}
