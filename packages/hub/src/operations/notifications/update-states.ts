// Sets one state for many notifications: those that are named, in one commit, or all (of a group) in as many commits as
// needed. Each notification that changes is a change of its own in the feed.
import { limits, type StateUpdate, type StateUpdateAnswer, type StateUpdateTarget } from '@carillon/protocol';
import { stateUpdateAnswerSchema, stateUpdateSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { invalid } from '../../model/errors.ts';
import type { Content } from '../../model/notification.ts';
import { mergeState, type StateChange } from '../../model/state.ts';
import type { StateTarget } from '../../model/write.ts';
import { plain } from '../kernel/answer.ts';
import type { Call, Services } from '../kernel/call.ts';
import { type BodyContext, bodyOf, operation } from '../kernel/operation.ts';
import { readStateChange } from './update.ts';

interface Updated {
  readonly change: StateChange;
  /** As they were named; null for all. */
  readonly named: readonly StateTarget[] | null;
  readonly groupName: string | null;
}

type UpdateCall = Call<'user', never, unknown, Updated>;

export const updateStates = operation({
  name: 'updateStates',
  method: 'POST',
  paths: ['/me/notifications/updateState'],
  access: 'user',
  summary: `set one state for many: \`ids\`, or \`changes\` of \`{id, contentVersion?}\` (at most ${limits.updateStateIds} of either), or \`all: true\` with an optional \`groupName\``,
  body: bodyOf(stateUpdateSchema, readUpdated, limits.updateStateBodyBytes),
  answer: plain(stateUpdateAnswerSchema),
  async run(call, services) {
    const { named } = call.body;
    const body = named ? await updateNamed(call, services, named) : await updateAll(call, services);
    return { outcome: 'ok', body };
  },
});

function readUpdated(
  { ids, all, changes, groupName = null, ...state }: StateUpdate,
  { services }: BodyContext,
): Updated {
  const change = readStateChange(state, services.clock.now());
  const ways = [ids !== undefined, all === true, changes !== undefined].filter(Boolean).length;
  if (ways !== 1) throw invalid('Send one of "ids", "changes" and "all": true.', ways === 0 ? 'ids' : 'all');
  if (groupName !== null && !all) throw invalid('"groupName" goes only with "all": true.', 'groupName');
  const named = (changes ?? ids?.map((id): StateUpdateTarget => ({ id })))?.map(targetOf) ?? null;
  return { change, named, groupName };
}

function targetOf({ id, contentVersion }: StateUpdateTarget): StateTarget {
  return { id, contentVersion: contentVersion ?? null };
}

async function updateNamed(
  call: UpdateCall,
  services: Services,
  named: readonly StateTarget[],
): Promise<StateUpdateAnswer> {
  const targets = named
    .filter(({ id }) => isUuid(id))
    .map(({ id, contentVersion }) => ({ id: id.toLowerCase(), contentVersion }));
  const { results: committed, unread } =
    targets.length > 0
      ? await commit(call, services, targets)
      : { results: [], unread: await readUnread(call, services) };
  let next = 0;
  const results = named.map(({ id }) => ({
    id,
    result: (isUuid(id) ? committed[next++] : undefined) ?? 'notFound',
  }));
  const idsOf = (wanted: string) => results.filter(({ result }) => result === wanted).map(({ id }) => id);
  return {
    updatedCount: idsOf('updated').length,
    unreadCount: unread,
    notFound: [...new Set(idsOf('notFound'))],
    results,
  };
}

async function updateAll(call: UpdateCall, services: Services): Promise<StateUpdateAnswer> {
  const { user, principal } = call;
  const { change, groupName } = call.body;
  const { visibility } = principal;
  const limit = limits.updateStateIds;
  let updatedCount = 0;
  let beforeId: string | null = null;
  for (;;) {
    const page = { visibility, now: services.clock.now(), limit, beforeId };
    const rows = await services.read.list(user.key, page);
    const wanted = rows.filter(
      (row) =>
        mergeState(row, change) !== row &&
        (groupName === null || (JSON.parse(row.content) as Content).groupName === groupName),
    );
    if (wanted.length > 0) {
      const targets = wanted.map(({ id }) => ({ id, contentVersion: null }));
      updatedCount += (await commit(call, services, targets)).changed.length;
    }
    beforeId = rows.at(-1)?.id ?? null;
    if (rows.length < limit) break;
  }
  return { updatedCount, unreadCount: await readUnread(call, services), notFound: [], results: [] };
}

async function readUnread({ user, principal }: UpdateCall, { read }: Services): Promise<number> {
  return (await read.position(user.key, principal.visibility)).unread;
}

function commit(
  { user, principal, body, acting }: UpdateCall,
  { committer }: Services,
  targets: readonly StateTarget[],
) {
  return committer.commit({
    kind: 'state',
    user: user.key,
    visibility: principal.visibility,
    targets,
    change: body.change,
    ifMatch: null,
    acting: acting?.subscription.id ?? null,
  });
}
