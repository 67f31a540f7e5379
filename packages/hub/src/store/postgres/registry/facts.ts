// The hub's own facts (keys, secrets, its public URL) and the tickets already spent, in PostgreSQL. Both are shared by
// all hubs on one database: the first maker of a fact and the first spender of a ticket win. Each call is one statement.
import type { Meta, SpentTickets } from '../../registry.ts';
import type { Session } from './session.ts';

/** How many spent tickets one call forgets: more than it adds, and few enough to be quick. */
const forgottenAtOnce = 100;

export function openMeta(session: Session): Meta {
  const read = (key: string) =>
    (session.query('SELECT value FROM fact WHERE key = $1', key).rows[0]?.value as string | undefined) ??
    null;
  return {
    read,
    write: (key, value) =>
      void session.query(
        'INSERT INTO fact(key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        key,
        value,
      ),
    readOrMake(key, make) {
      const known = read(key);
      if (known !== null) return known;
      const made = make();
      session.query('INSERT INTO fact(key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING', key, made);
      return read(key) ?? made;
    },
  };
}

// A ticket past its end is refused by its own date, so forgetting it changes no answer. What another hub is forgetting
// at this moment is left to it.
const spend = `
  WITH forgotten AS (
    DELETE FROM spent_ticket WHERE id IN
      (SELECT id FROM spent_ticket WHERE expires_at < $3 ORDER BY expires_at LIMIT ${forgottenAtOnce}
        FOR UPDATE SKIP LOCKED))
  INSERT INTO spent_ticket(id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`;

export function openTickets(session: Session): SpentTickets {
  return {
    spend: (id, expiresAt, now) => session.query(spend, id, expiresAt, now).rowCount === 1,
  };
}
