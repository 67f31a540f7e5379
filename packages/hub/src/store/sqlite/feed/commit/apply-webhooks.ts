// What endpoints are to be told of the changes of a plan, and what became of attempts to tell them, in the transaction of
// the plan. The statements are prepared with the first change that anybody is told of.
import type { DatabaseSync } from 'node:sqlite';
import { uuidToBytes } from '../../../../lib/ids.ts';
import type { BacklogResult } from '../../../../model/change-subscription.ts';
import { decodeNumber } from '../../../columns.ts';
import type { Plan } from '../../../store.ts';
import type { Tables } from '../tables.ts';

export function openApplyWebhooks(db: DatabaseSync, { interned, webhook }: Tables): (plan: Plan) => void {
  let prepared: ReturnType<typeof prepareWrites> | null = null;
  return ({ webhooks, backlogResults }) => {
    if (webhooks.length === 0 && backlogResults.length === 0) return;
    prepared ??= prepareWrites(db, webhook.names);
    for (const change of webhooks) {
      const account = decodeNumber(interned.account(change.user));
      prepared.insert.run(account, ...webhook.valuesOf(change));
    }
    for (const result of backlogResults) record(result, prepared);
  };
}

function record(
  { backlog, upTo, attempts, due, failingSince, answer, ended }: BacklogResult,
  { take, forget, put }: ReturnType<typeof prepareWrites>,
): void {
  const id = uuidToBytes(backlog);
  if (upTo !== null) take.run(id, upTo);
  if (ended || attempts === 0) forget.run(id);
  else put.run(id, attempts, due, failingSince, answer);
}

function prepareWrites(db: DatabaseSync, names: readonly string[]) {
  return {
    insert: db.prepare(
      `INSERT INTO webhook_change(account, ${names.join(', ')}) VALUES(?${', ?'.repeat(names.length)})`,
    ),
    take: db.prepare('DELETE FROM webhook_change WHERE subscription = ? AND place <= ?'),
    forget: db.prepare('DELETE FROM webhook_backlog WHERE subscription = ?'),
    put: db.prepare(
      `INSERT INTO webhook_backlog(subscription, attempts, due, failing_since, answer) VALUES(?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET attempts = excluded.attempts, due = excluded.due,
         failing_since = excluded.failing_since, answer = excluded.answer`,
    ),
  };
}
