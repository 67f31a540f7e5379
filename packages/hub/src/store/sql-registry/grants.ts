// The row of what the embedded OpenID provider keeps, as both stores have it. Payloads are the provider's own and stay JSON;
// only what it searches by has a column.
import type { GrantRecord } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Parameter } from './session.ts';

export const grantTable = openTable(registryTables.idp_grant);

/** In the order of the table's columns. */
export function encodeGrant({
  model,
  id,
  payload,
  grantId,
  uid,
  userCode,
  expiresAt,
  account,
}: GrantRecord): Parameter[] {
  return [model, id, JSON.stringify(payload), grantId, uid, userCode, expiresAt, account];
}

export function decodeGrant(stored: ReturnType<typeof grantTable.read>): GrantRecord {
  const { model, id, uid, account } = stored;
  return {
    ...{ model, id, uid, account },
    payload: JSON.parse(stored.payload),
    grantId: stored.grant_id,
    userCode: stored.user_code,
    expiresAt: stored.expires_at,
  };
}
