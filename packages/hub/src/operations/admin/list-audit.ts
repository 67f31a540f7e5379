// The audit as an operator reads it: who did what to what, when and from where, the newest first, in pages. The operations
// write it, each entry in the transaction of its change (audited.ts); sign-ins and tokens, auth/access-audit.
import { limits } from '@carillon/protocol';
import { auditEntrySchema } from '@carillon/protocol/schemas';
import { formatDateTime, parseDateTime } from '../../model/date-time.ts';
import { invalid } from '../../model/errors.ts';
import type { AuditRecord } from '../../store/registry.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pageOf, readPageToken } from '../kernel/paging.ts';
import { type QueryOption, text, top } from '../kernel/query.ts';

const time: QueryOption<number | undefined> = {
  schema: { ...text.schema, format: 'date-time' },
  read(given, name) {
    if (given === undefined) return undefined;
    const at = parseDateTime(given);
    if (at !== null) return at;
    throw invalid(`"${name}" must be a date and time, such as 2030-01-31T12:00:00Z.`, name);
  },
};

export const listAudit = operation({
  name: 'listAudit',
  method: 'GET',
  paths: ['/admin/audit'],
  access: 'operatorRead',
  summary:
    'list what operators and commands changed, who signed in, and which tokens were issued or refused, the newest first; of one `what`, `who` or `on` (and what is below it), and between two times',
  query: {
    what: text,
    who: text,
    on: text,
    from: time,
    to: time,
    $top: top(limits.listPageMax, limits.deltaPageMax),
    $skiptoken: text,
  },
  answer: collection('audit', auditEntrySchema, { context: null }),
  async run({ query }, { registry, adminSeal }) {
    const paged = { seal: adminSeal, scope: 'audit', top: query.$top };
    const key = readPageToken(query.$skiptoken, paged);
    const before = key === null ? null : Number(key);
    const { what, who, on, from: since, to: until } = query;
    const filter = { what, who, on, since, until };
    const records = await registry.audit.list({ before, limit: query.$top + 1, ...filter });
    const { rows, next } = pageOf(records, { ...paged, keyOf: ({ id }) => String(id) });
    const value = rows.map(show);
    return { outcome: 'ok', body: { value }, ...next };
  },
});

function show({ at, who, from, what, on, count }: AuditRecord) {
  return { dateTime: formatDateTime(at), who, from, what, on, ...(count > 1 ? { count } : {}) };
}
