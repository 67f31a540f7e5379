// Deliveries are partitioned by the week of their notification's creation, which its id contains. Once the last one of a
// week is purged, its table and indexes are dropped and leave no bloat. The week is part of the key, so a row is still
// found by its key alone. Ids without a partition (from a clock that is far off) are in a default one.

import { StoreError } from '../../store.ts';
import type { Connections } from '../wire/connections.ts';
import { type Statement, statement } from '../wire/pipeline.ts';

const weekMs = 7 * 86_400_000;
/** A week is made before the first node's clock enters it. */
const weeksAhead = 2;
/** Deliveries of a notification live as long as it does and as its tombstone: a younger week is not worth a look. */
const weeksKept = 9;

export interface Partitions {
  /** Starts whatever there is to do; nobody waits for it, since rows without a week have a place as well. */
  tend(now: number): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

const names = statement(`SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'delivery'::regclass`);

export function openPartitions(connections: Connections): Partitions {
  let tended = -1;
  let underWay: Promise<void> = Promise.resolve();
  return {
    tend(now) {
      const week = Math.floor(now / weekMs);
      if (week === tended) return;
      tended = week;
      underWay = underWay.then(() => tendWeek(connections, week)).catch(forgive);
    },
    idle: () => underWay,
  };
}

/** Another node does the same, or the table is in use: the next run does what was left. */
function forgive(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

/** The tables of all weeks that may hold something, for a database that is filled at once. */
export function weekTables(now: number): string[] {
  const week = Math.floor(now / weekMs);
  const weeks = Array.from({ length: weeksKept + 1 + weeksAhead }, (_, index) => week - weeksKept + index);
  return weeks.map((each) => makeSql(nameOf(each), each));
}

async function tendWeek(connections: Connections, week: number): Promise<void> {
  const ddl = (text: string) => connections.writeOnce({ statement: unnamed(text), values: [] });
  const { rows } = await connections.writeOnce({ statement: names, values: [] });
  const there = new Set(rows.map(({ name }) => name as string));
  for (let ahead = 0; ahead <= weeksAhead; ahead++) {
    const name = nameOf(week + ahead);
    if (!there.has(name)) await ddl(makeSql(name, week + ahead)).catch(forgive);
  }
  for (const name of there) {
    const made = /^delivery_w(\d+)$/.exec(name)?.[1];
    if (made !== undefined && Number(made) < week - weeksKept) await ddl(dropSql(name)).catch(forgive);
  }
}

function nameOf(week: number): string {
  return `delivery_w${week}`;
}

function makeSql(name: string, week: number): string {
  return `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF delivery
FOR VALUES FROM ('${firstId(week)}') TO ('${firstId(week + 1)}')`;
}

/** Looked at under the lock that keeps others from adding to it. */
function dropSql(name: string): string {
  return `DO $$ BEGIN
LOCK TABLE ONLY delivery IN ACCESS EXCLUSIVE MODE;
LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE;
IF NOT EXISTS (SELECT FROM ${name}) THEN DROP TABLE ${name}; END IF;
END $$`;
}

/** The lowest id of a week: 48 bits of time, then nothing. */
function firstId(week: number): string {
  const time = (week * weekMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

function unnamed(text: string): Statement {
  return { name: '', text };
}
