// All operations of the wire on one screen: name, method and path below /beta and /v1.0.
// `{user}` stands for `me` or `users/{id | userPrincipalName}`.

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface OperationShape {
  readonly method: Method;
  readonly paths: readonly [string, ...string[]];
  readonly summary: string;
}

const feed = '/{user}/notifications';
const subscriptions = '/{user}/notificationSubscriptions';

export const operationTable = {
  createNotification: {
    method: 'POST',
    paths: [feed, `${feed}/$ref`, '/{user}/activities'],
    summary: 'Post a notification for a user, or replace the one with the same appNotificationId',
  },
  listNotifications: { method: 'GET', paths: [feed], summary: 'List the history, newest first' },
  countNotifications: { method: 'GET', paths: [`${feed}/$count`], summary: 'Count the history' },
  readDelta: { method: 'GET', paths: [`${feed}/delta`], summary: 'Read what changed since a cursor' },
  openStream: {
    method: 'GET',
    paths: [`${feed}/stream`],
    summary: 'Follow changes live, by SSE or WebSocket',
  },
  createStreamTicket: {
    method: 'POST',
    paths: [`${feed}/streamTicket`],
    summary: 'Get a ticket that opens one stream',
  },
  updateStates: {
    method: 'POST',
    paths: [`${feed}/updateState`],
    summary: 'Set the state of many notifications at once',
  },
  getNotification: { method: 'GET', paths: [`${feed}/{id}`], summary: 'Read one notification' },
  explainNotification: {
    method: 'POST',
    paths: [`${feed}/explain`],
    summary: 'Say what posting this would push to which device, and why; nothing is posted',
  },
  createReceipts: {
    method: 'POST',
    paths: [`${feed}/receipts`],
    summary: 'Say what became of notifications on a device',
  },
  listDeliveries: {
    method: 'GET',
    paths: [`${feed}/{id}/deliveries`],
    summary: 'Read what became of a notification on each device',
  },
  updateNotification: {
    method: 'PATCH',
    paths: [`${feed}/{id}`],
    summary: 'Set the state of one notification',
  },
  deleteNotification: { method: 'DELETE', paths: [`${feed}/{id}`], summary: 'Delete one notification' },
  createSubscription: {
    method: 'POST',
    paths: [subscriptions],
    summary: 'Register an installed place of the user, or replace it',
  },
  listSubscriptions: {
    method: 'GET',
    paths: [subscriptions],
    summary: "List the caller's living subscriptions",
  },
  getSubscription: { method: 'GET', paths: [`${subscriptions}/{id}`], summary: 'Read one subscription' },
  updateSubscription: {
    method: 'PATCH',
    paths: [`${subscriptions}/{id}`],
    summary: 'Renew a subscription or change its channel',
  },
  deleteSubscription: { method: 'DELETE', paths: [`${subscriptions}/{id}`], summary: 'End a subscription' },
} as const satisfies Record<string, OperationShape>;

export type OperationName = keyof typeof operationTable;
