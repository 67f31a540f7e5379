// The audit: a table that is only added to, enforced by the database, read by its key, the newest first. An audited write
// and its entry are one transaction. Entries of access and refusals (those with a kind) alone may be removed, the oldest
// first.
import type { Audit, AuditEntry, AuditedWrites, AuditFilter, AuditNote, AuditRecord } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Parameter, Row, Session } from './session.ts';

const table = openTable(registryTables.audit);
const page = (where: readonly string[]): string =>
  `SELECT ${table.names} FROM audit WHERE ${['id < $1', ...where].join(' AND ')} ORDER BY id DESC LIMIT $2`;
const written = ['at', 'who', 'from_address', 'what', 'on_what', 'count', 'kind'];
/** A batch of notes is statements of so many rows and of one: none holds a lock between two statements. */
const rowsAtOnce = 16;
const insert = insertOf(1);
const insertMany = insertOf(rowsAtOnce);
const ofKind = 'SELECT id FROM audit WHERE kind = $1';
const firstKept = `COALESCE((${ofKind} AND at >= $2 ORDER BY id LIMIT 1), ${Number.MAX_SAFE_INTEGER})`;
const forgetOld = `DELETE FROM audit WHERE id IN (${ofKind} AND id < ${firstKept} ORDER BY id LIMIT $3)`;
const lastTooMany = `(${ofKind} ORDER BY id DESC LIMIT 1 OFFSET $2)`;
const forgetMany = `DELETE FROM audit WHERE id IN (${ofKind} AND id <= ${lastTooMany} ORDER BY id LIMIT $3)`;

export function openAudit(session: Session, writesIn: (within: Session) => AuditedWrites): Audit {
  return {
    record: (entry, write) =>
      session.atomically(async (within) => {
        const result = await write(writesIn(within));
        await within.query(insert, ...valuesOf(entry));
        return result;
      }),
    async note(entries) {
      for (let done = 0; done < entries.length; ) {
        const rows = entries.length - done < rowsAtOnce ? 1 : rowsAtOnce;
        const values = entries.slice(done, done + rows).flatMap((each) => valuesOf(each, each));
        await session.query(rows === 1 ? insert : insertMany, ...values);
        done += rows;
      }
    },
    async forget(bounds, limit) {
      let forgotten = 0;
      for (const { kind, entriesMax, since } of bounds) {
        forgotten += (await session.query(forgetOld, kind, since, limit)).count;
        forgotten += (await session.query(forgetMany, kind, entriesMax, limit)).count;
      }
      return forgotten;
    },
    async list({ before, limit, ...filter }) {
      const { where, values } = conditions(filter);
      const first = before ?? Number.MAX_SAFE_INTEGER;
      return (await session.query(page(where), first, limit, ...values)).rows.map(decode);
    },
  };
}

/** Parameters are counted from the third. */
function conditions({ what, who, on, since, until }: AuditFilter) {
  const where: string[] = [];
  const values: Parameter[] = [];
  const add = (condition: (...names: string[]) => string, ...given: readonly Parameter[]): void => {
    where.push(condition(...given.map((_, index) => `$${3 + values.length + index}`)));
    values.push(...given);
  };
  if (what !== undefined) add((name) => `what = ${name}`, what);
  if (who !== undefined) add((name) => `who = ${name}`, who);
  if (since !== undefined) add((name) => `at >= ${name}`, since);
  if (until !== undefined) add((name) => `at < ${name}`, until);
  if (on !== undefined) {
    const below = `${on}/`;
    const isBelow = (start: string, size: string) => `substr(on_what, 1, ${size}) = ${start}`;
    add(
      (name, start = '', size = '') => `(on_what = ${name} OR ${isBelow(start, size)})`,
      on,
      below,
      below.length,
    );
  }
  return { where, values };
}

function insertOf(rows: number): string {
  const row = (at: number): string =>
    `(${written.map((_, index) => `$${at * written.length + index + 1}`).join(', ')})`;
  return `INSERT INTO audit(${written.join(', ')}) VALUES ${Array.from({ length: rows }, (_, at) => row(at)).join(', ')}`;
}

function valuesOf(
  { at, who, from, what, on }: AuditEntry,
  note: Pick<AuditNote, 'count' | 'kind'> | null = null,
): Parameter[] {
  return [at, who, from, what, on, note?.count ?? 1, note?.kind ?? null];
}

function decode(row: Row): AuditRecord {
  const { id, at, who, from_address: from, what, on_what: on, count } = table.read(row);
  return { id, at, who, from, what, on, count };
}
