// What the embedded OpenID provider keeps, in SQLite: one row a session, grant, code or refresh token, by model and id.
// Payloads are the provider's own and stay JSON; only what it searches by has a column.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { GrantRecord, Grants } from '../../registry.ts';

const columns = 'model, id, payload, grant_id, uid, user_code, expires_at';

export function openGrants(db: DatabaseSync): Grants {
  const select = (where: string) =>
    db.prepare(`SELECT ${columns} FROM idp_grant WHERE model = ? AND ${where}`);
  const byId = select('id = ?');
  const byUid = select('uid = ?');
  const byUserCode = select('user_code = ?');
  const put = db.prepare(`
    INSERT INTO idp_grant(${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT(model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
      uid = excluded.uid, user_code = excluded.user_code, expires_at = excluded.expires_at`);
  const consume = db.prepare(
    "UPDATE idp_grant SET payload = json_set(payload, '$.consumed', ?) WHERE model = ? AND id = ?",
  );
  const remove = db.prepare('DELETE FROM idp_grant WHERE model = ? AND id = ?');
  const removeByGrant = db.prepare('DELETE FROM idp_grant WHERE grant_id = ?');
  const removeExpired = db.prepare(`
    DELETE FROM idp_grant WHERE rowid IN
      (SELECT rowid FROM idp_grant WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`);
  return {
    put({ model, id, payload, grantId, uid, userCode, expiresAt }) {
      put.run(model, id, JSON.stringify(payload), grantId, uid, userCode, expiresAt);
    },
    find: (model, id) => decode(byId.get(model, id)),
    findByUid: (model, uid) => decode(byUid.get(model, uid)),
    findByUserCode: (model, userCode) => decode(byUserCode.get(model, userCode)),
    consume: (model, id, atSeconds) => void consume.run(BigInt(atSeconds), model, id),
    remove: (model, id) => void remove.run(model, id),
    removeByGrant: (grantId) => void removeByGrant.run(grantId),
    removeExpired: (nowMs, limit) => Number(removeExpired.run(nowMs, limit).changes),
  };
}

function decode(row: Record<string, SQLOutputValue> | undefined): GrantRecord | null {
  if (!row) return null;
  return {
    model: row.model as string,
    id: row.id as string,
    payload: JSON.parse(row.payload as string) as Record<string, unknown>,
    grantId: row.grant_id as string | null,
    uid: row.uid as string | null,
    userCode: row.user_code as string | null,
    expiresAt: row.expires_at as number | null,
  };
}
