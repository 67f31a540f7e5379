// Refuses a pooler that gives each transaction any of its connections. The hub's connections have sessions: settings,
// prepared statements, LISTEN. Such a pooler may seem to work for a while, and settings reach its other users. Nothing is
// set before this is known.
import type { Client } from 'pg';
import { decodeNumber } from '../../columns.ts';
import { UnusableStore } from '../../store.ts';
import { withClient } from './client.ts';

const ask = 'SELECT pg_backend_pid() AS pid';

/**
 * Two connections ask by turns which backend answers them. In sessions each has one of its own. A pooler that gives the
 * backend used last shows the same to both, and one that gives them in turn shows another to one of them.
 */
export async function refusePooler(url: string): Promise<void> {
  await withClient(url, (first) =>
    withClient(url, async (second) => {
      const turns = [first, second, second, first];
      const pids: number[] = [];
      for (const client of turns) pids.push(await backendOf(client));
      const [own, other, otherAgain, ownAgain] = pids;
      if (own === ownAgain && other === otherAgain && own !== other) return;
      throw new UnusableStore(
        'a pooler in transaction or statement mode is in between (PgBouncer: pool_mode), and the hub needs sessions: connect to PostgreSQL itself, or set pool_mode = session',
      );
    }),
  );
}

async function backendOf(client: Client): Promise<number> {
  return decodeNumber((await client.query(ask)).rows[0]?.pid);
}
