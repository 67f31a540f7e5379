// The registry over SQLite: one file, shared with the commands that run beside the hub. Once the hub serves, a
// thread of its own writes it; the hub's thread only looks at what is in memory, over a connection that never waits. The file holds the private
// signing key, so only its owner may read it. Durable at COMMIT (an fsync).
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../lib/clock.ts';
import { random } from '../../../lib/random.ts';
import type { Registry } from '../../registry.ts';
import type { Dialect } from '../../sql-registry/dialect.ts';
import { openSqlRegistry } from '../../sql-registry/open-registry.ts';
import { openKeyFile } from '../file/key-file.ts';
import { openGrants } from './grants.ts';
import { SqliteMemory } from './memory.ts';
import { SqliteSession } from './session.ts';
import { ThreadLink } from './thread-link.ts';
import { openTicketStatements } from './tickets.ts';

/** The key of push credentials beside the registry, made on first need when no other is given. */
const keyFileName = 'secret.key';

const dialect: Dialect = {
  each: (parameter) => `SELECT value FROM json_each(${parameter})`,
  grants: openGrants,
  tickets: openTicketStatements,
};

/** Opens the registry in that file, which is made when it is missing. `secretKey` encrypts push credentials. */
export async function openRegistry(
  path: string,
  secretKey: () => Buffer | null = () => null,
): Promise<Registry> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  const thread = new ThreadLink(path, systemClock);
  let memory: SqliteMemory;
  try {
    memory = new SqliteMemory(path);
  } catch (error) {
    await thread.close();
    throw error;
  }
  const session = new SqliteSession({ thread, clock: systemClock, random, onCommit: () => memory.forget() });
  return openSqlRegistry({
    session: {
      query: (text, ...values) => session.query(text, ...values),
      atomically: (write) => session.atomically(write),
      startServing: () => thread.startServing(),
      async close() {
        memory.close();
        await session.close();
      },
    },
    memory,
    boxes: openKeyFile(join(dirname(path), keyFileName), secretKey),
    dialect,
  });
}
