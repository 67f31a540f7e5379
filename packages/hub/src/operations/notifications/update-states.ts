// Sets the state of many notifications: those named by id in one commit, or all (of a group) in as many as it takes.
// Each that changes is a change of its own in the feed.
import { limits, type StateUpdate } from '@carillon/protocol';
import { stateUpdateSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { invalid } from '../../model/errors.ts';
import type { Content } from '../../model/notification.ts';
import { mergeState, type StateChange } from '../../model/state.ts';
import { openBodyReader } from '../kernel/body.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';
import { readStateChange } from './update.ts';

export interface Updated {
  readonly change: StateChange;
  /** Null for all. */
  readonly ids: readonly string[] | null;
  readonly groupName: string | null;
}

const readBody = openBodyReader<StateUpdate>(stateUpdateSchema);

export function readUpdated(json: unknown, { clock }: Services): Updated {
  const { ids, all, groupName = null, ...state } = readBody(json);
  const change = readStateChange(state, clock.now());
  if ((ids === undefined) === (all !== true))
    throw invalid('Send either "ids" or "all": true.', ids ? 'all' : 'ids');
  if (ids && groupName !== null) throw invalid('"groupName" goes only with "all": true.', 'groupName');
  return { change, ids: ids ?? null, groupName };
}

export async function updateStates(call: Call<Updated>, services: Services): Promise<Answer> {
  const { ids } = call.body;
  return {
    outcome: 'ok',
    body: ids ? await updateNamed(call, services, ids) : await updateAll(call, services),
  };
}

async function updateNamed(call: Call<Updated>, services: Services, ids: readonly string[]) {
  const known = [...new Set(ids.filter(isUuid).map((id) => id.toLowerCase()))];
  const malformed = ids.filter((id) => !isUuid(id));
  const { changed, notFound, unread } = await commit(call, services, known);
  return { updatedCount: changed.length, notFound: [...notFound, ...malformed], unreadCount: unread };
}

async function updateAll(call: Call<Updated>, services: Services) {
  const { user, principal } = call;
  const { change, groupName } = call.body;
  const { visibility } = principal;
  let updatedCount = 0;
  let beforeId: string | null = null;
  for (;;) {
    const limit: number = limits.updateStateIds;
    const rows = await services.read.list(user.key, {
      visibility,
      now: services.clock.now(),
      limit,
      beforeId,
    });
    const wanted = rows.filter(
      (row) =>
        mergeState(row, change) !== row &&
        (groupName === null || (JSON.parse(row.content) as Content).groupName === groupName),
    );
    if (wanted.length > 0) {
      const { changed } = await commit(
        call,
        services,
        wanted.map(({ id }) => id),
      );
      updatedCount += changed.length;
    }
    beforeId = rows.at(-1)?.id ?? null;
    if (rows.length < limit) break;
  }
  const { unread } = await services.read.position(user.key, visibility);
  return { updatedCount, notFound: [], unreadCount: unread };
}

function commit(
  { user, principal, body, acting }: Call<Updated>,
  { committer }: Services,
  ids: readonly string[],
) {
  const { visibility } = principal;
  return committer.commit({
    kind: 'state',
    user: user.key,
    visibility,
    ids,
    change: body.change,
    contentVersion: null,
    ifMatch: null,
    acting: acting?.subscription.id ?? null,
  });
}
