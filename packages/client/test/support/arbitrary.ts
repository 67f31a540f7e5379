// Notifications, and what a user may do with them, for property tests: every state that the hub's rules can lead to.
import type { Notification } from '@carillon/protocol';
import fc from 'fast-check';
import type { Mutation } from '../../src/feed/local-change.ts';

export const startMs = Date.UTC(2030, 0, 1);
export const notificationId = (index: number): string =>
  `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`;

type State = Pick<Notification, 'readState' | 'userActionState' | 'snoozeUntilDateTime'>;

const snoozeUntilDateTime = new Date(startMs + 60_000).toISOString();
const states: readonly State[] = [
  { readState: 'unread', userActionState: 'noInteraction', snoozeUntilDateTime: null },
  { readState: 'read', userActionState: 'noInteraction', snoozeUntilDateTime: null },
  { readState: 'read', userActionState: 'activated', snoozeUntilDateTime: null },
  { readState: 'read', userActionState: 'dismissed', snoozeUntilDateTime: null },
  { readState: 'read', userActionState: 'snoozed', snoozeUntilDateTime },
];

const mutations: readonly Mutation[] = [
  { readState: 'read' },
  { readState: 'unread' },
  { readState: 'read', userActionState: 'noInteraction' },
  { userActionState: 'activated' },
  { userActionState: 'dismissed' },
  { userActionState: 'snoozed', snoozeUntilDateTime },
  null,
];

export const anyMutation = (): fc.Arbitrary<Mutation> => fc.constantFrom(...mutations);

export const anyNotification = (ids = 3): fc.Arbitrary<Notification> =>
  fc
    .record({
      index: fc.nat(ids - 1),
      state: fc.constantFrom(...states),
      contentVersion: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ index, state, contentVersion }) => notificationOf(index, { ...state, contentVersion }));

export function notificationOf(index: number, more: Partial<Notification> = {}): Notification {
  return {
    id: notificationId(index),
    appNotificationId: null,
    targetHostName: 'a.example',
    groupName: null,
    displayTimeToLive: null,
    expirationDateTime: new Date(startMs + 86_400_000).toISOString(),
    priority: 'High',
    payload: { visualContent: { title: `notification ${index}` } },
    targetPolicy: { platformTypes: ['windows', 'ios', 'android', 'webPush'] },
    fallbackPolicy: null,
    createdDateTime: new Date(startMs).toISOString(),
    lastModifiedDateTime: new Date(startMs).toISOString(),
    contentVersion: 1,
    readState: 'unread',
    userActionState: 'noInteraction',
    snoozeUntilDateTime: null,
    ...more,
  };
}
