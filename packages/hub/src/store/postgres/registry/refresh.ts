// Keeps the hub's memory as new as the database: reads a part whose version changed, and then has a new version of its own.
// While a hub has a version in memory it holds a shared lock on it. A commit ends by taking the lock of the version before
// exclusively, and those of the versions before that, so it waits until all hubs have the new one, or are gone. So a change that an operator saw confirmed applies
// to the next request anywhere.
import { setImmediate } from 'node:timers';
import type { Client, ClientBase } from 'pg';
import { openTable, selectPart } from '../../sql-registry/rows.ts';
import { type KnownPart, type Memory, type Part, parts } from '../../sql-registry/session.ts';
import { unpackRow } from './text.ts';

/** First key of the advisory locks, one a part: "reg" in ASCII and a number. The second is the version. */
const lockClasses: Record<Part, number> = {
  app: 0x7265_6701,
  credential: 0x7265_6702,
  revocation: 0x7265_6703,
  key: 0x7265_6704,
  webhook: 0x7265_6705,
};
const lockKeys = 2 ** 31;
/** A hub that is behind may hold an older version than the one before: others may have committed since. */
const versionsBack = 16;
/** For hubs that hang; one that is stopped or cut off holds its lock until the server notices. */
const othersMs = 600;

const versionTable = openTable({ part: 'text', version: 'bigint' });

export class Refresh implements Memory {
  #listening: Client | null = null;
  /** Versions of the database; those of the known parts are this process's own count of changes. */
  #seen = new Map<Part, number>();
  readonly #known = new Map<Part, KnownPart>();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  known(part: Part): KnownPart {
    return this.#known.get(part) ?? { version: 0, rows: [] };
  }

  /** Over a new connection: everything anew, since the database may be another one's copy, or have been restored. */
  async begin(listening: Client): Promise<void> {
    this.#listening = listening;
    this.#seen = new Map();
    await this.catchUp();
  }

  /** Resolves when everything that was committed before the call is in memory; calls in the meantime share one. */
  catchUp(): Promise<void> {
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  /** With what was last known, as long as nobody listens. */
  get listening(): Client | null {
    return this.#listening;
  }

  async #after(running: Promise<void>): Promise<void> {
    await running.catch(() => {});
    // Notifications that came in one packet are one reason to look.
    await new Promise((resolve) => void setImmediate(resolve));
    this.#running = this.#next ?? running;
    this.#next = null;
    await this.#read();
  }

  async #read(): Promise<void> {
    const client = this.#listening;
    if (!client) return;
    for (let changed = true; changed; ) {
      changed = false;
      // The version before the rows: rows that are newer than it are read once more, never too late. And once more
      // when its lock is held: whoever commits from then on waits for this hub.
      const { rows } = await client.query({
        name: 'versions',
        text: 'SELECT part, version FROM part_version',
      });
      const versions = rows.map((row) => versionTable.read(row));
      for (const part of parts) {
        const version = versions.find((row) => row.part === part)?.version ?? 0;
        if (this.#seen.get(part) === version) continue;
        await this.#readPart(client, part, version);
        changed = true;
      }
    }
  }

  async #readPart(client: Client, part: Part, version: number): Promise<void> {
    const { rows } = await client.query({ name: part, text: selectPart[part] });
    if (this.#listening !== client) return;
    this.#known.set(part, { version: this.known(part).version + 1, rows: rows.map(unpackRow) });
    const before = this.#seen.get(part);
    this.#seen.set(part, version);
    // Refused only while the commit of a still newer version waits for this one to go; that one is read next.
    await client.query('SELECT pg_try_advisory_lock_shared($1, $2)', [lockClasses[part], version % lockKeys]);
    if (before === undefined) return;
    await client.query('SELECT pg_advisory_unlock_shared($1, $2)', [lockClasses[part], before % lockKeys]);
  }
}

/** A part that a transaction changed, and its version before. */
export type Raised = readonly [part: Part, from: number];

/** Until no hub has the versions before in memory any more. Rejects after a while: too slow a hub is left behind. */
export async function awaitOthers(client: ClientBase, raised: readonly Raised[]): Promise<void> {
  const locks = raised.map(([part, from]) => {
    const oldest = Math.max(0, from - versionsBack + 1);
    return `SELECT pg_advisory_xact_lock(${lockClasses[part]}, (version % ${lockKeys})::int)
      FROM generate_series(${oldest}::bigint, ${from}) AS version`;
  });
  // Several statements in one string are one transaction, whose end also ends the locks and the setting.
  await client.query(`SELECT set_config('lock_timeout', '${othersMs}', true); ${locks.join('; ')}`);
}
