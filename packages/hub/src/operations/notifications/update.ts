// Sets the state of one notification: what the user did with it on one device, for all devices.
// model/state decides how a change merges, inside the commit.
import type { StatePatch } from '@carillon/protocol';
import { notificationSchema, statePatchSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { parseDateTime } from '../../model/date-time.ts';
import { invalid, notFound } from '../../model/errors.ts';
import { etagOf, notificationJson } from '../../model/notification.ts';
import { checkStateChange, type StateChange } from '../../model/state.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';

export const updateNotification = operation({
  name: 'updateNotification',
  method: 'PATCH',
  paths: ['/me/notifications/{id}'],
  access: 'user',
  summary: 'set its state; `If-Match`',
  body: bodyOf(statePatchSchema, ({ contentVersion, ...state }, { services }) => ({
    change: readStateChange(state, services.clock.now()),
    contentVersion: contentVersion ?? null,
  })),
  answer: entity('notifications', notificationSchema),
  async run({ params, body, user, principal, ifMatch, acting }, { committer, clock }) {
    if (!isUuid(params.id)) throw notFound();
    const { change, contentVersion } = body;
    const { changed, same } = await committer.commit({
      kind: 'state',
      user: user.key,
      visibility: principal.visibility,
      targets: [{ id: params.id.toLowerCase(), contentVersion }],
      change,
      ifMatch,
      acting: acting?.subscription.id ?? null,
    });
    const row = changed[0] ?? same[0];
    if (!row) throw notFound();
    return { outcome: 'ok', json: notificationJson(row, clock.now()), etag: etagOf(row) };
  },
});

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
