// The local users of the embedded provider. Nothing is cached: a user made beside a running hub can sign in at once, and
// one that was removed can't.
import { invalid } from '../../model/errors.ts';
import { foldName } from '../../model/fold-name.ts';
import { endOfPrefix } from '../lookups.ts';
import type { LocalUser, Users } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { openTable } from './rows.ts';
import type { Row, Session } from './session.ts';

const table = openTable(registryTables.local_user);
const select = `SELECT ${table.names} FROM local_user`;
const put = `
  INSERT INTO local_user(${table.names}) VALUES (${table.placeholders})
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
    password_hash = excluded.password_hash, operator = excluded.operator, disabled = excluded.disabled,
    operator_read = excluded.operator_read`;

export function openUsers(session: Session): Users {
  async function find(where: string, value: string): Promise<LocalUser | null> {
    const [row] = (await session.query(`${select} WHERE ${where} = $1`, value)).rows;
    return row ? decode(row) : null;
  }

  const findByName = (name: string) => find('name_key', foldName(name));

  /** Of a user who keeps the name: an older version may have made two whose names fold alike, and both can be changed. */
  async function findKey(id: string, name: string): Promise<string | null> {
    const [row] = (await session.query(`${select} WHERE id = $1 AND name = $2`, id, name)).rows;
    return row ? table.read(row).name_key : null;
  }

  async function refuseTaken({ id, name }: LocalUser): Promise<void> {
    const owner = await findByName(name);
    if (owner && owner.id !== id)
      throw invalid(
        `There is already a user named ${name}; names are unique in any case, so choose another.`,
      );
  }

  return {
    findById: (id) => find('id', id),
    findByName,
    async list({ after, limit } = { after: null, limit: Number.MAX_SAFE_INTEGER }) {
      const page = `${select} WHERE name_key > $1 ORDER BY name_key LIMIT $2`;
      return (await session.query(page, foldName(after ?? ''), limit)).rows.map(decode);
    },
    async byPrefix(prefix, limit) {
      const key = foldName(prefix);
      const page = `${select} WHERE name_key >= $1 AND name_key < $2 ORDER BY name_key LIMIT $3`;
      return (await session.query(page, key, endOfPrefix(key), limit)).rows.map(decode);
    },
    async put(user) {
      const { id, name, passwordHash, operator, disabled = false, operatorRead = false } = user;
      const kept = await findKey(id, name);
      if (kept === null) await refuseTaken(user);
      try {
        const roles = [operator, disabled, operatorRead];
        await session.query(put, id, name, kept ?? foldName(name), passwordHash, ...roles);
      } catch (error) {
        // Another process may have taken the name since it was looked up.
        if (kept === null) await refuseTaken(user);
        throw error;
      }
    },
    async rehash(id, from, to) {
      const text = 'UPDATE local_user SET password_hash = $1 WHERE id = $2 AND password_hash = $3';
      await session.query(text, to, id, from);
    },
    async remove(id) {
      await session.query('DELETE FROM local_user WHERE id = $1', id);
    },
  };
}

function decode(row: Row): LocalUser {
  const { id, name, password_hash: passwordHash, operator, disabled, operator_read: reads } = table.read(row);
  const more = { ...(disabled ? { disabled } : {}), ...(reads ? { operatorRead: true } : {}) };
  return { id, name, passwordHash, operator, ...more };
}
