// Whose tokens were revoked, and when. All of it is in memory, since every request asks; a change is there on every node
// before its writer goes on, as that of an app is. Those of sessions end when the last token of the session has expired.
import type { Revocations } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Memory, Session } from './session.ts';

const table = openTable(registryTables.revocation);
/** What was issued since the last one may be dated to the second after it (auth/revoked-tokens.ts), and ends too. */
const add = `
  INSERT INTO revocation(${table.names}) VALUES (${table.placeholders})
  ON CONFLICT (subject) DO UPDATE SET until = excluded.until, at =
    CASE WHEN excluded.at / 1000 > revocation.at / 1000 THEN excluded.at ELSE (revocation.at / 1000 + 1) * 1000 END`;
const forget = 'DELETE FROM revocation WHERE until < $1';

export function openKnownRevocations(memory: Memory): Pick<Revocations, 'version' | 'find'> {
  let decoded = { version: -1, bySubject: new Map<string, number>() };

  function newest(): ReadonlyMap<string, number> {
    const { version, rows } = memory.known('revocation');
    if (decoded.version !== version) {
      const all = rows.map((row) => table.read(row));
      decoded = { version, bySubject: new Map(all.map(({ subject, at }) => [subject, at])) };
    }
    return decoded.bySubject;
  }

  return {
    version: () => memory.known('revocation').version,
    find: (subject) => newest().get(subject) ?? null,
  };
}

export function openRevocationWrites(session: Session): Pick<Revocations, 'add'> {
  return {
    add: ({ subject, at, until }) =>
      session.atomically(async (within) => {
        await within.raise('revocation');
        await within.query(forget, at);
        await within.query(add, subject, at, until);
      }),
  };
}
