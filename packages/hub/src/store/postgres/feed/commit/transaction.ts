// One batch as one transaction in two round trips: lock and read, then write and COMMIT, with the plan made between
// them; a third where a notification is replaced, whose deliveries are read. When the connection is lost at COMMIT,
// the server is asked what became of it, so that the answer is the truth.
import type { ClientBase } from 'pg';
import type { UserKey } from '../../../../model/principal.ts';
import { decodeNumber } from '../../../columns.ts';
import { type Plan, type PlanReads, StoreError } from '../../../store.ts';
import type { Connections } from '../../wire/connections.ts';
import { type Ask, begin, commit, pipeline, rollback, statement } from '../../wire/pipeline.ts';
import { lockAndRead, type Seen } from './lock-and-read.ts';

export interface Steps {
  readonly reads: PlanReads;
  readonly known: ReadonlySet<UserKey>;
  /** Else they are taken for new, and the commit fails when one is not. */
  readonly looksUpNames: boolean;
  readonly plan: (seen: Seen) => Plan;
  /** Between the plan and the COMMIT, on another connection. */
  readonly beforehand: (plan: Plan) => Promise<void>;
  readonly apply: (plan: Plan, seen: Seen) => Ask[];
}

export interface Transacted {
  readonly plan: Plan;
  readonly seen: Seen;
  readonly fetchedAfterMs: readonly number[];
}

const alone = (each: typeof begin): Ask => ({ statement: each, values: [] });
// Waits there, not here: a backend whose client is gone still ends what it was doing.
const fate = statement(`SELECT pg_xact_status($1::xid8) AS status, pg_sleep($2)`);
const fateTries = 3;
const fateWaitSeconds = 0.1;
const lostAtCommit = 'The connection was lost at COMMIT, and what became of it is not known';

/** Rejects with the failure of a statement; nothing of the batch is there then. */
export async function transact(connections: Connections, steps: Steps): Promise<Transacted> {
  let lost: { xid: string; transacted: Transacted; error: StoreError } | null = null;
  const done = await connections
    .write(async (client) => {
      const { plan: makePlan, beforehand, apply } = steps;
      const reading = lockAndRead(steps);
      const [, ...answers] = await pipeline(client, [alone(begin), ...reading.asks]);
      const later = reading.later(answers);
      const seen = reading.collect(later ? [...answers, ...(await pipeline(client, [later]))] : answers);
      const plan = makePlan(seen);
      await beforehand(plan);
      try {
        return { plan, seen, fetchedAfterMs: await finish(client, apply(plan, seen)) };
      } catch (error) {
        const isLost = error instanceof StoreError && error.fault === 'unavailable' && seen.xid !== null;
        if (isLost) lost = { xid: seen.xid, transacted: { plan, seen, fetchedAfterMs: [] }, error };
        throw error;
      }
    })
    .catch((error: unknown) => {
      if (lost === null) throw error;
      return null;
    });
  if (done !== null) return done;
  const { xid, transacted, error } = lost as unknown as NonNullable<typeof lost>;
  if (await isCommitted(connections, xid)) return transacted;
  throw error;
}

/** Answers how long ago each delivery was planned that a device has now fetched. */
async function finish(client: ClientBase, asks: readonly Ask[]): Promise<number[]> {
  if (asks.length === 0) {
    await pipeline(client, [alone(rollback)]);
    return [];
  }
  const answers = await pipeline(client, [...asks, alone(commit)]);
  const command = answers.at(-1)?.command;
  if (command !== 'COMMIT') throw new StoreError('poison', `The transaction ended with ${command}.`);
  return answers.flatMap(({ rows }) =>
    rows.flatMap(({ fetched_after_ms: ms }) => (ms == null ? [] : [decodeNumber(ms)])),
  );
}

/** Throws `uncertain` when the outcome can't be determined. */
async function isCommitted(connections: Connections, xid: string): Promise<boolean> {
  for (let tries = 0; tries < fateTries; tries++) {
    const values = [xid, tries === 0 ? 0 : fateWaitSeconds];
    const { rows } = await connections.writeOnce({ statement: fate, values }).catch((error: unknown) => {
      throw new StoreError('uncertain', `${lostAtCommit}: ${(error as Error).message}`, error);
    });
    const status = rows[0]?.status;
    if (status === 'committed') return true;
    if (status === 'aborted') return false;
  }
  throw new StoreError('uncertain', lostAtCommit);
}
