// The audit as an operator reads it: who did what to what and when, the newest first, in pages. The operations write it,
// each entry in the transaction of its change (call.ts).
import { formatDateTime } from '../../model/date-time.ts';
import type { AdminAnswer, AdminCall, AdminServices } from './call.ts';
import { pageOf, readPaging } from './paging.ts';

export async function listAudit(
  { query }: AdminCall,
  { registry, seal }: AdminServices,
): Promise<AdminAnswer> {
  const { top, after } = readPaging<number>(query, 'audit', seal);
  const records = await registry.audit.list({ before: after, limit: top + 1 });
  const page = pageOf(records, { query, list: 'audit', seal, keyOf: ({ id }) => id });
  const value = page.rows.map(({ at, who, what, on }) => ({ dateTime: formatDateTime(at), who, what, on }));
  return { outcome: 'ok', body: { value }, ...(page.next ? { next: page.next } : {}) };
}
