// The local users of the embedded provider in PostgreSQL. Nothing is cached: a user made beside a running hub can sign
// in at once, and one that was removed can't.
import { invalid } from '../../../model/errors.ts';
import type { LocalUser, Users } from '../../registry.ts';
import type { Session } from './session.ts';
import type { Row } from './threads.ts';

const select = 'SELECT id, name, password_hash, operator FROM local_user';

export function openUsers(session: Session): Users {
  const findByName = (name: string) =>
    decode(session.query(`${select} WHERE name_key = $1`, nameKey(name)).rows[0]);
  return {
    findById: (id) => decode(session.query(`${select} WHERE id = $1`, id).rows[0]),
    findByName,
    list: () => session.query(`${select} ORDER BY name_key`).rows.flatMap((row) => decode(row) ?? []),
    put({ id, name, passwordHash, operator }) {
      const owner = findByName(name);
      if (owner && owner.id !== id) throw nameTaken(name);
      try {
        session.query(put, id, name, nameKey(name), passwordHash, operator);
      } catch (error) {
        // Another process took the name since it was looked up.
        if (/unique constraint "local_user_name_key_key"/.test(String(error))) throw nameTaken(name);
        throw error;
      }
    },
  };
}

const put = `
  INSERT INTO local_user(id, name, name_key, password_hash, operator) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
    password_hash = excluded.password_hash, operator = excluded.operator`;

function nameTaken(name: string): Error {
  return invalid(`There is already a user named ${name}; names are unique in any case, so choose another.`);
}

function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function decode(row: Row | undefined): LocalUser | null {
  if (!row) return null;
  return {
    id: row.id as string,
    name: row.name as string,
    passwordHash: row.password_hash as string,
    operator: row.operator as boolean,
  };
}
