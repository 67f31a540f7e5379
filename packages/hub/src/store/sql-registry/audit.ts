// The audit: a table that is only added to, enforced by the database, read by its key, the newest first. An audited write
// and its entry are one transaction. Entries of access and refusals (those with a kind) alone may be removed, the oldest
// first.
import type { Audit, AuditEntry, AuditedWrites, AuditNote, AuditRecord } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Row, Session } from './session.ts';

const table = openTable(registryTables.audit);
const page = `SELECT ${table.names} FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2`;
const insert =
  'INSERT INTO audit(at, who, from_address, what, on_what, count, kind) VALUES ($1, $2, $3, $4, $5, $6, $7)';
const old = 'SELECT id FROM audit WHERE kind = $1';
const forgetOld = `DELETE FROM audit WHERE id IN (${old} AND at < $2 ORDER BY id LIMIT $3)`;
const forgetMany = `
  DELETE FROM audit WHERE id IN
    (${old} AND id <= (${old} ORDER BY id DESC LIMIT 1 OFFSET $2) ORDER BY id LIMIT $3)`;

export function openAudit(session: Session, writesIn: (within: Session) => AuditedWrites): Audit {
  const add = (within: Session, entry: AuditEntry, note: Pick<AuditNote, 'count' | 'kind'> | null) => {
    const { at, who, from, what, on } = entry;
    return within.query(insert, at, who, from, what, on, note?.count ?? 1, note?.kind ?? null);
  };

  return {
    record: (entry, write) =>
      session.atomically(async (within) => {
        const result = await write(writesIn(within));
        await add(within, entry, null);
        return result;
      }),
    note: (entries) =>
      session.atomically(async (within) => {
        for (const entry of entries) await add(within, entry, entry);
      }),
    async forget(bounds, limit) {
      let forgotten = 0;
      for (const { kind, entriesMax, since } of bounds) {
        forgotten += (await session.query(forgetOld, kind, since, limit)).count;
        forgotten += (await session.query(forgetMany, kind, entriesMax, limit)).count;
      }
      return forgotten;
    },
    async list({ before, limit }) {
      return (await session.query(page, before ?? Number.MAX_SAFE_INTEGER, limit)).rows.map(decode);
    },
  };
}

function decode(row: Row): AuditRecord {
  const { id, at, who, from_address: from, what, on_what: on, count } = table.read(row);
  return { id, at, who, from, what, on, count };
}
