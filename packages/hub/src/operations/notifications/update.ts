// Sets the state of one notification: what the user did with it on one device, which settles it on all.
// How a change merges is model/state's to say, and decided inside the commit.
import type { StatePatch } from '@carillon/protocol';
import { statePatchSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { parseDateTime } from '../../model/date-time.ts';
import { invalid, notFound } from '../../model/errors.ts';
import type { StoredNotification } from '../../model/notification.ts';
import { checkStateChange, type StateChange } from '../../model/state.ts';
import { openBodyReader } from '../kernel/body.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';
import { answerOne } from './get.ts';

export interface Patched {
  readonly change: StateChange;
  readonly contentVersion: number | null;
}

const readBody = openBodyReader<StatePatch>(statePatchSchema);

export function readPatched(json: unknown, { clock }: Services): Patched {
  const { contentVersion = null, ...state } = readBody(json);
  return { change: readStateChange(state, clock.now()), contentVersion };
}

export async function updateNotification(call: Call<Patched>, services: Services): Promise<Answer> {
  if (!isUuid(call.id)) throw notFound();
  const { changed, same } = await services.committer.commit({
    kind: 'state',
    user: call.user.key,
    visibility: call.principal.visibility,
    targets: [{ id: call.id.toLowerCase(), contentVersion: call.body.contentVersion }],
    change: call.body.change,
    ifMatch: call.ifMatch,
    acting: call.acting?.subscription.id ?? null,
  });
  const row: StoredNotification | undefined = changed[0] ?? same[0];
  if (!row) throw notFound();
  return answerOne(row, services);
}

export function readStateChange(body: Omit<StatePatch, 'contentVersion'>, now: number): StateChange {
  const { readState, userActionState, snoozeUntilDateTime } = body;
  const snoozeUntil = snoozeUntilDateTime == null ? undefined : parseDateTime(snoozeUntilDateTime);
  if (snoozeUntil === null) {
    throw invalid(
      'snoozeUntilDateTime must be an RFC 3339 date and time such as 2030-01-31T12:00:00Z.',
      'snoozeUntilDateTime',
    );
  }
  if (snoozeUntil !== undefined && snoozeUntil <= now) {
    throw invalid('snoozeUntilDateTime must be later than now.', 'snoozeUntilDateTime');
  }
  const change: StateChange = {
    ...(readState === undefined ? {} : { readState }),
    ...(userActionState === undefined ? {} : { userActionState }),
    ...(snoozeUntil === undefined ? {} : { snoozeUntil }),
  };
  checkStateChange(change);
  return change;
}
