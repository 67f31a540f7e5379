// The hub's own facts (keys, secrets, its public URL) and the tickets already spent, in SQLite. Both are shared by all
// processes on one database: the first maker of a fact and the first spender of a ticket win.
import type { DatabaseSync } from 'node:sqlite';
import type { Meta, SpentTickets } from '../../registry.ts';

/** How many spent tickets one call forgets: more than it adds, and few enough to be quick. */
const forgottenAtOnce = 100;

export function openMeta(db: DatabaseSync): Meta {
  const select = db.prepare('SELECT value FROM fact WHERE key = ?');
  const put = db.prepare(
    'INSERT INTO fact(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value',
  );
  const putFirst = db.prepare('INSERT INTO fact(key, value) VALUES (?, ?) ON CONFLICT(key) DO NOTHING');
  const read = (key: string) => (select.get(key)?.value as string | undefined) ?? null;
  return {
    read,
    write: (key, value) => void put.run(key, value),
    readOrMake(key, make) {
      const known = read(key);
      if (known !== null) return known;
      const made = make();
      putFirst.run(key, made);
      return read(key) ?? made;
    },
  };
}

export function openTickets(db: DatabaseSync): SpentTickets {
  const insert = db.prepare(
    'INSERT INTO spent_ticket(id, expires_at) VALUES (?, ?) ON CONFLICT(id) DO NOTHING',
  );
  const forget = db.prepare(`
    DELETE FROM spent_ticket WHERE id IN
      (SELECT id FROM spent_ticket WHERE expires_at < ? ORDER BY expires_at LIMIT ${forgottenAtOnce})`);
  const oldest = db.prepare('SELECT min(expires_at) AS oldest FROM spent_ticket');
  return {
    spend(id, expiresAt, now) {
      const first = insert.run(id, expiresAt).changes === 1;
      // A ticket past its end is refused by its own date, so forgetting it changes no answer.
      if (((oldest.get()?.oldest as number | null) ?? now) < now) forget.run(now);
      return first;
    },
  };
}
