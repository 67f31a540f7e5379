// The registry over PostgreSQL, shared by all hubs and commands on one database. Apps and credentials, which requests and
// pushes read, are in memory and keep their last state while the database is unreachable; everything else then fails as
// unavailable. At most five connections: one listens, four ask.
import { systemClock } from '../../../lib/clock.ts';
import { random } from '../../../lib/random.ts';
import type { Registry } from '../../registry.ts';
import { givenKeyOnly } from '../../secret-box.ts';
import type { Dialect } from '../../sql-registry/dialect.ts';
import { openSqlRegistry } from '../../sql-registry/open-registry.ts';
import { newHolder } from '../../sql-registry/tickets.ts';
import { openGrants } from './grants.ts';
import { Link } from './link.ts';
import { Refresh } from './refresh.ts';
import { registryMigrations } from './schema.ts';
import { PostgresSession } from './session.ts';
import { openTicketStatements, showHolder } from './tickets.ts';

/** Looks for changes also when no notification came: a connection that is cut off does not tell. */
const heartbeatMs = 2000;

const dialectOf = (holder: number): Dialect => ({
  each: (parameter) => `SELECT value FROM json_array_elements_text(${parameter}::json)`,
  grants: openGrants,
  tickets: (session) => openTicketStatements(session, holder),
});

/**
 * Connects to `url` and brings its registry tables to the schema of this code; rejects with a StoreError that says why
 * it can't. `secretKey` encrypts push credentials; without one, none are stored.
 */
export async function openRegistry(
  url: string,
  secretKey: () => Buffer | null = () => null,
): Promise<Registry> {
  const refresh = new Refresh();
  const holder = newHolder();
  const link: Link = new Link({
    url,
    migrations: registryMigrations,
    clock: systemClock,
    random,
    async prepare(listening) {
      await showHolder(listening, holder);
      await refresh.begin(listening);
    },
    onChange: () => void session.look(),
  });
  const session: PostgresSession = new PostgresSession({ link, refresh, clock: systemClock });
  await link.open();
  const heartbeat = systemClock.every(heartbeatMs, () => void session.look());
  return openSqlRegistry({
    session: {
      query: (text, ...values) => session.query(text, ...values),
      atomically: (write) => session.atomically(write),
      async close() {
        heartbeat.stop();
        await session.close();
      },
    },
    memory: refresh,
    boxes: givenKeyOnly(secretKey),
    dialect: dialectOf(holder),
  });
}
