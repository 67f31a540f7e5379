// The local users of the embedded provider in SQLite. Nothing is cached: a user made beside a running hub can sign in
// at once, and one that was removed can't.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { invalid } from '../../../model/errors.ts';
import type { LocalUser, Users } from '../../registry.ts';

const columns = 'id, name, password_hash, operator';

export function openUsers(db: DatabaseSync): Users {
  const byId = db.prepare(`SELECT ${columns} FROM local_user WHERE id = ?`);
  const byName = db.prepare(`SELECT ${columns} FROM local_user WHERE name_key = ?`);
  const all = db.prepare(`SELECT ${columns} FROM local_user ORDER BY name_key`);
  const put = db.prepare(`
    INSERT INTO local_user(id, name, name_key, password_hash, operator) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT(id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
      password_hash = excluded.password_hash, operator = excluded.operator`);
  return {
    findById: (id) => decode(byId.get(id)),
    findByName: (name) => decode(byName.get(nameKey(name))),
    list: () => all.all().flatMap((row) => decode(row) ?? []),
    put(user) {
      const { id, name, passwordHash, operator } = user;
      const owner = decode(byName.get(nameKey(name)));
      if (owner && owner.id !== id) throw nameTaken(name);
      try {
        put.run(id, name, nameKey(name), passwordHash, operator ? 1 : 0);
      } catch (error) {
        // Another process took the name since it was looked up.
        if (/UNIQUE.*name_key/.test(String(error))) throw nameTaken(name);
        throw error;
      }
    },
  };
}

function nameTaken(name: string): Error {
  return invalid(`There is already a user named ${name}; names are unique in any case, so choose another.`);
}

function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function decode(row: Record<string, SQLOutputValue> | undefined): LocalUser | null {
  if (!row) return null;
  return {
    id: row.id as string,
    name: row.name as string,
    passwordHash: row.password_hash as string,
    operator: row.operator === 1,
  };
}
