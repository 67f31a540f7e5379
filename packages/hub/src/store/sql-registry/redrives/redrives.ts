// Redrives of many, which any node may show and end. The one that holds a redrive writes its progress; one that was not heard of
// in time is taken over. What is committed there belongs to the feed store: here stands how far it is.

import type { RedriveJob, RedriveProgress } from '../../../model/delivery.ts';
import { HubError } from '../../../model/errors.ts';
import type { Redrives } from '../../registry.ts';
import { registryTables } from '../../registry-tables.ts';
import { openMeta } from '../facts.ts';
import { openTable } from '../rows.ts';
import type { Row, Session } from '../session.ts';

const table = openTable(registryTables.redrive);
const insert = `INSERT INTO redrive(${table.names}) VALUES (${table.placeholders})`;
const one = `SELECT ${table.names} FROM redrive WHERE id = $1`;
const all = `SELECT ${table.names} FROM redrive ORDER BY started_at DESC, id DESC`;
const open = 'SELECT count(*) AS count FROM redrive WHERE ended_at IS NULL';
const beyond = `
  DELETE FROM redrive WHERE ended_at IS NOT NULL AND id NOT IN
    (SELECT id FROM redrive ORDER BY ended_at IS NULL DESC, started_at DESC, id DESC LIMIT $1)`;
/** What was cancelled meanwhile stays so, with what the step under way has done. */
const save = `
  UPDATE redrive SET found = $3, redriven = $4, more = $5, held_until = $6,
    place = CASE WHEN ended_at IS NULL THEN $7 END,
    state = CASE WHEN ended_at IS NULL THEN $8 ELSE state END,
    ended_at = CASE WHEN ended_at IS NULL THEN CAST($9 AS BIGINT) ELSE ended_at END
  WHERE id = $1 AND holder = $2 RETURNING state`;
const cancel = `UPDATE redrive SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND ended_at IS NULL`;
const lost = `
  SELECT ${table.names} FROM redrive WHERE ended_at IS NULL AND held_until < $1 ORDER BY started_at, id`;
const take = `
  UPDATE redrive SET holder = $2, held_until = $3
  WHERE id = $1 AND ended_at IS NULL AND holder = $4 AND held_until = $5`;
/** Its count is written first, so that of two processes one waits for the other before it looks how many there are. */
const turn = 'redrives-started';

export function openRedrives(session: Session): Redrives {
  return {
    add: (job, { holder, heldUntil }, { atOnce, kept }) =>
      session.atomically(async (within) => {
        await openMeta(within).count(turn, { atLeast: 0, add: 1 });
        const [row] = (await within.query(open)).rows;
        if (Number(row?.count) >= atOnce)
          throw new HubError(
            'unavailable',
            'So many redrives are under way already: wait for one, or cancel it.',
          );
        const { id, selection, dryRun, state, found, redriven, more, startedAt } = job;
        const { app, channel, reason } = selection;
        await within.query(
          insert,
          ...[id, app, channel, reason, dryRun, state, found, redriven, more],
          ...[placeOf(job), holder, heldUntil, startedAt, job.endedAt],
        );
        await within.query(beyond, kept);
      }),
    async find(id) {
      const [row] = (await session.query(one, id)).rows;
      return row ? decode(row) : null;
    },
    list: async () => (await session.query(all)).rows.map(decode),
    async save(id, { holder, heldUntil }, progress) {
      const { found, redriven, more, state, endedAt } = progress;
      const written = await session.query(
        save,
        ...[id, holder, found, redriven, more, heldUntil, placeOf(progress), state, endedAt],
      );
      return written.rows[0]?.state === state;
    },
    async cancel(id, now) {
      await session.query(cancel, id, now);
      return this.find(id);
    },
    async takeLost(before, { holder, heldUntil }, isMine) {
      for (const row of (await session.query(lost, before)).rows) {
        const { id, holder: last, held_until: until } = table.read(row);
        if (isMine(id)) continue;
        const { count } = await session.query(take, id, holder, heldUntil, last, until);
        if (count === 1) return decode(row);
      }
      return null;
    },
  };
}

function placeOf({ seen, after, step, endedAt }: RedriveProgress): string | null {
  return endedAt === null ? JSON.stringify({ seen, after, step }) : null;
}

type Place = Pick<RedriveProgress, 'seen' | 'after' | 'step'>;

function decode(row: Row): RedriveJob {
  const { app, channel, reason, dry_run, started_at, ended_at, place, ...rest } = table.read(row);
  const at: Place = place === null ? { seen: 0, after: null, step: null } : JSON.parse(place);
  return {
    ...{ id: rest.id, selection: { app, channel, reason }, dryRun: dry_run, startedAt: started_at },
    ...{ state: stateOf(rest.state), found: rest.found, redriven: rest.redriven, more: rest.more },
    ...{ ...at, endedAt: ended_at },
  };
}

const states = ['counting', 'running', 'done', 'cancelled', 'failed'] as const;

function stateOf(text: string): RedriveJob['state'] {
  const state = states.find((each) => each === text);
  if (state) return state;
  throw new Error(`A redrive of the registry is in the state ${text}, which is none.`);
}
