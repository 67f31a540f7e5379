// The types of the surface, as code written for Microsoft's SDK uses them: what does not compile fails `npm run check`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as compat from './index.ts';
import {
  type ProcessPushNotificationResult,
  type UserNotificationApiImpl,
  UserNotificationApiResultStatus,
  type UserNotificationSubscriptionResult,
  type UserNotificationUpdateResult,
  UserNotificationUserActionState,
} from './index.ts';
import type * as plainCompat from './plain.d.ts';

/** Never called: only its types count. */
export async function asTheSampleDoes(
  api: UserNotificationApiImpl,
  push: PushSubscription,
): Promise<unknown[]> {
  api.oAuthAccessToken = 'token';
  const subscribed: UserNotificationSubscriptionResult = await api.subscribeToUserNotificationsAsync(
    'host',
    'app',
    push,
  );
  const processed: ProcessPushNotificationResult = await api.processPushNotificationAsync('{}');
  const updated: UserNotificationUpdateResult[] = [
    await api.updateNotificationReadStateAsync('id', true),
    await api.updateNotificationUserActionStateAsync('id', UserNotificationUserActionState.Dismissed),
    await api.deleteNotificationAsync('id'),
    await api.unsubscribeFromUserNotificationsAsync(),
  ];
  const latest = processed.userNotifications.slice().sort((one, other) => {
    const a = one.lastModifiedDateTime || one.creationDateTime;
    const b = other.lastModifiedDateTime || other.creationDateTime;
    return a < b ? 1 : -1;
  })[0];
  // @ts-expect-error a read state is a boolean here
  void (() => api.updateNotificationReadStateAsync('id', 'read'));
  // @ts-expect-error there is no such action
  void (() => api.updateNotificationUserActionStateAsync('id', 4));
  return [
    subscribed.userNotificationSubscriptionId,
    latest?.payload.rawContent ?? latest?.payload.title,
    ...updated,
  ];
}

/** Never called: what one of the two declarations has, the other has with the same type. */
export function isPlain(own: typeof compat, plain: typeof plainCompat): unknown[] {
  const api = new own.UserNotificationApiImpl(null);
  const plainApi: plainCompat.UserNotificationApiImpl = api;
  const names: Record<keyof typeof compat, true> & Record<keyof typeof plainCompat, true> = {
    UserNotificationApiImpl: true,
    UserNotificationApiResultStatus: true,
    UserNotificationStatus: true,
    UserNotificationUserActionState: true,
  };
  const members: Record<keyof compat.UserNotificationApiImpl, unknown> & plainCompat.UserNotificationApiImpl =
    plainApi;
  const same: typeof plain = own;
  const notification = (each: compat.UserNotification): plainCompat.UserNotification => each;
  const payload = (each: compat.UserNotificationPayload): plainCompat.UserNotificationPayload => each;
  const status = (each: compat.UserNotificationStatus): plainCompat.UserNotificationStatus => each;
  const result: plainCompat.UserNotificationApiResultStatus = own.UserNotificationApiResultStatus.Failed;
  return [names, members, same, notification, payload, status, result];
}

test('states and statuses are numbers, and the numbers of actions are those that the sample app asks for', () => {
  assert.deepEqual(
    { ...UserNotificationUserActionState },
    { None: 0, Activated: 1, Dismissed: 2, Snoozed: 3 },
  );
  assert.equal(UserNotificationApiResultStatus.Succeeded, 0);
});
