// The endpoints of change subscriptions: which of them fail, since when and with what answer.
// What waits for them is given up after a while, so an operator should know before.
import { webhookLimits } from '@carillon/protocol';
import { type DataPlace, readFailingBacklogs } from '../../hub/open-data.ts';
import { formatDateTime } from '../../model/date-time.ts';
import type { Registry } from '../../store/registry.ts';
import { type Finding, ok, warn } from './finding.ts';

const shownMost = 20;

export async function checkWebhooks(
  { changeSubscriptions }: Pick<Registry, 'changeSubscriptions'>,
  place: DataPlace,
): Promise<Finding[]> {
  const living = changeSubscriptions.known().filter(({ ended }) => !ended);
  if (living.length === 0) return [ok('webhooks', 'no app has a change subscription')];
  const failing = await readFailingBacklogs(place, webhookLimits.changeSubscriptions);
  const byId = new Map(living.map((each) => [each.id, each]));
  const found = failing.filter(({ backlog }) => byId.has(backlog));
  if (found.length === 0) return [ok('webhooks', `${living.length} change subscriptions, and none fails`)];
  const findings = found.slice(0, shownMost).map(({ backlog, answer, attempts, failingSince }) => {
    const since = failingSince === null ? 'a while' : formatDateTime(failingSince);
    const what = `the endpoint has failed since ${since}: ${answer ?? 'no answer'}, ${attempts} attempts`;
    const todo = 'let it answer 2xx within 10 s, or delete the subscription';
    return warn(`webhook ${byId.get(backlog)?.app} ${backlog}`, what, todo);
  });
  const more = found.length - findings.length;
  const rest = 'see GET /admin/changeSubscriptions';
  return more > 0 ? [...findings, warn('webhooks', `${more} more endpoints fail`, rest)] : findings;
}
