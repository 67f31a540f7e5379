// What the embedded OpenID provider keeps, in PostgreSQL: one row a session, grant, code or refresh token, by model and
// id. Payloads are the provider's own and stay JSON; only what it searches by, and that it was used, has a column.
import type { GrantRecord, Grants } from '../../registry.ts';
import type { Session } from './session.ts';
import type { Row } from './threads.ts';

const columns = 'model, id, payload, grant_id, uid, user_code, expires_at';

export function openGrants(session: Session): Grants {
  const find = (column: string, model: string, value: string) =>
    decode(session.query(select(column), model, value).rows[0]);
  return {
    put({ model, id, payload, grantId, uid, userCode, expiresAt }) {
      session.query(put, model, id, JSON.stringify(payload), grantId, uid, userCode, expiresAt);
    },
    find: (model, id) => find('id', model, id),
    findByUid: (model, uid) => find('uid', model, uid),
    findByUserCode: (model, userCode) => find('user_code', model, userCode),
    consume: (model, id, atSeconds) =>
      void session.query(
        'UPDATE idp_grant SET consumed = $1 WHERE model = $2 AND id = $3',
        atSeconds,
        model,
        id,
      ),
    remove: (model, id) =>
      void session.query('DELETE FROM idp_grant WHERE model = $1 AND id = $2', model, id),
    removeByGrant: (grantId) => void session.query('DELETE FROM idp_grant WHERE grant_id = $1', grantId),
    removeExpired: (nowMs, limit) => session.query(removeExpired, nowMs, limit).rowCount,
  };
}

const put = `
  INSERT INTO idp_grant(${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, consumed = NULL, grant_id = excluded.grant_id,
    uid = excluded.uid, user_code = excluded.user_code, expires_at = excluded.expires_at`;
const removeExpired = `
  DELETE FROM idp_grant WHERE (model, id) IN
    (SELECT model, id FROM idp_grant WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`;

function select(column: string): string {
  return `SELECT ${columns}, consumed FROM idp_grant WHERE model = $1 AND ${column} = $2 LIMIT 1`;
}

function decode(row: Row | undefined): GrantRecord | null {
  if (!row) return null;
  const payload = JSON.parse(row.payload as string) as Record<string, unknown>;
  return {
    model: row.model as string,
    id: row.id as string,
    payload: row.consumed === null ? payload : { ...payload, consumed: row.consumed },
    grantId: row.grant_id as string | null,
    uid: row.uid as string | null,
    userCode: row.user_code as string | null,
    expiresAt: row.expires_at as number | null,
  };
}
