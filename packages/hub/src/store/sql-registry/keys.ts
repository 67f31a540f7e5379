// The hub's keys that are replaced beside running hubs, among its facts. They are in memory, since every token and cursor
// needs one; a new one is there on every node before its writer goes on, as a change of an app is.
import type { KeyName, KeyRegistry, KeyWrites } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openMeta } from './facts.ts';
import { openTable } from './rows.ts';
import type { Memory, Session } from './session.ts';

const table = openTable(registryTables.fact);

export function openKnownKeys(memory: Memory): KeyRegistry {
  let decoded = { version: -1, byName: new Map<string, string>() };

  return {
    find(name) {
      const { version, rows } = memory.known('key');
      if (decoded.version !== version) {
        const all = rows.map((row) => table.read(row));
        decoded = { version, byName: new Map(all.map(({ key, value }) => [key, value])) };
      }
      return decoded.byName.get(name) ?? null;
    },
  };
}

export function openKeyWrites(session: Session): KeyWrites {
  return {
    findToChange: (name: KeyName) =>
      session.atomically(async (within) => {
        await within.raise('key');
        return openMeta(within).read(name);
      }),
    put: (name: KeyName, value: string) =>
      session.atomically(async (within) => {
        await within.raise('key');
        await openMeta(within).write(name, value);
      }),
  };
}
