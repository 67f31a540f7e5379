// The audit: an append-only table, enforced by the database, read by its key, the newest first. An audited write and its
// entry are one transaction.
import type { Audit, AuditedWrites } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Session } from './session.ts';

const table = openTable(registryTables.audit);
const page = `SELECT ${table.names} FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2`;

export function openAudit(session: Session, writesIn: (within: Session) => AuditedWrites): Audit {
  return {
    record: ({ at, who, what, on }, write) =>
      session.atomically(async (within) => {
        const result = await write(writesIn(within));
        await within.query(
          'INSERT INTO audit(at, who, what, on_what) VALUES ($1, $2, $3, $4)',
          at,
          who,
          what,
          on,
        );
        return result;
      }),
    async list({ before, limit }) {
      const { rows } = await session.query(page, before ?? Number.MAX_SAFE_INTEGER, limit);
      return rows.map((row) => {
        const { on_what: on, ...rest } = table.read(row);
        return { ...rest, on };
      });
    },
  };
}
