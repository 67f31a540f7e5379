// What endpoints are to be told of the changes of a plan, and what became of attempts to tell them: the statements that
// join the second round trip. Without any of it there are none.
import type { BacklogResult, NewWebhookChange } from '../../../../model/change-subscription.ts';
import type { Plan } from '../../../store.ts';
import { type Ask, statement } from '../../wire/pipeline.ts';
import { arraysOf, backlogColumns, namesOf, unnest, webhookColumns } from '../tables.ts';

interface Placed extends NewWebhookChange {
  readonly n: number;
}

const placedColumns = [...webhookColumns, { name: 'n', type: 'integer' as const, of: ({ n }: Placed) => n }];

const webhookWrites = {
  // Places are given in the order of the plan.
  insert: statement(`INSERT INTO webhook_change(${namesOf(webhookColumns)})
SELECT ${namesOf(webhookColumns, 'k.')} FROM ${unnest(placedColumns)} ORDER BY k.n`),
  take: statement(`DELETE FROM webhook_change c USING ${unnest(backlogColumns)}
WHERE c.subscription = k.subscription AND c.place <= k.up_to`),
  keep: statement(`UPDATE webhook_backlog l SET attempts = k.attempts, due = k.due, failing_since = k.failing_since,
  answer = k.answer
FROM ${unnest(backlogColumns)} WHERE l.subscription = k.subscription
  AND (l.attempts, l.due) IS DISTINCT FROM (k.attempts, k.due)`),
  end: statement(
    `DELETE FROM webhook_backlog l USING ${unnest(backlogColumns)} WHERE l.subscription = k.subscription`,
  ),
};

export function applyWebhooks({ webhooks, backlogResults }: Plan): Ask[] {
  const asks: Ask[] = [];
  if (webhooks.length > 0) {
    const rows = webhooks.map((row, n): Placed => ({ ...row, n }));
    asks.push({ statement: webhookWrites.insert, values: arraysOf(placedColumns, rows) });
  }
  const ask = (each: Ask['statement'], results: readonly BacklogResult[]) => {
    if (results.length > 0) asks.push({ statement: each, values: arraysOf(backlogColumns, results) });
  };
  const last = [...new Map(backlogResults.map((result) => [result.backlog, result])).values()];
  ask(
    webhookWrites.take,
    backlogResults.filter(({ upTo }) => upTo !== null),
  );
  ask(
    webhookWrites.keep,
    last.filter(({ ended }) => !ended),
  );
  ask(
    webhookWrites.end,
    last.filter(({ ended }) => ended),
  );
  return asks;
}
