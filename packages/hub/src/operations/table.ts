// All verbs on one screen: what each runs, how its body is read, which query options it understands.
// The line of an operation runs from protocol/operations by way of this table to its file.
import type { OperationName } from '@carillon/protocol';
import type { Answer, Call, Services } from './call.ts';
import { createNotification, readPosted } from './create-notification.ts';
import { createReceipts, readReceived } from './create-receipts.ts';
import { createStreamTicket } from './create-stream-ticket.ts';
import { deleteNotification } from './delete-notification.ts';
import { explainNotification } from './explain-notification.ts';
import { getNotification } from './get-notification.ts';
import { listDeliveries } from './list-deliveries.ts';
import { countNotifications, listNotifications } from './list-notifications.ts';
import { openStream } from './open-stream.ts';
import { readDelta } from './read-delta.ts';
import {
  createSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  readRegistered,
  readRenewed,
  updateSubscription,
} from './subscriptions.ts';
import { readPatched, updateNotification } from './update-notification.ts';
import { readUpdated, updateStates } from './update-states.ts';

export interface Verb {
  readonly run: (call: Call<never, never>, services: Services) => Promise<Answer>;
  /** All that can be said of a body without looking at anybody's feed. Absent when the operation takes none. */
  readonly readBody?: (json: unknown, services: Services) => unknown;
  readonly query: readonly string[];
}

export const verbTable: Readonly<Record<OperationName, Verb>> = {
  createNotification: {
    run: createNotification,
    readBody: readPosted,
    query: [],
  },
  listNotifications: { run: listNotifications, query: ['$top', '$skiptoken', '$select', '$count'] },
  countNotifications: { run: countNotifications, query: [] },
  readDelta: { run: readDelta, query: ['$top', '$skiptoken', '$deltatoken'] },
  openStream: { run: openStream, query: ['$deltatoken', 'ticket'] },
  createStreamTicket: { run: createStreamTicket, query: [] },
  updateStates: { run: updateStates, readBody: readUpdated, query: [] },
  getNotification: { run: getNotification, query: ['$select'] },
  explainNotification: { run: explainNotification, readBody: readPosted, query: [] },
  createReceipts: { run: createReceipts, readBody: readReceived, query: [] },
  listDeliveries: { run: listDeliveries, query: [] },
  updateNotification: { run: updateNotification, readBody: readPatched, query: [] },
  deleteNotification: { run: deleteNotification, query: [] },
  createSubscription: {
    run: createSubscription,
    readBody: readRegistered,
    query: [],
  },
  listSubscriptions: { run: listSubscriptions, query: [] },
  getSubscription: { run: getSubscription, query: [] },
  updateSubscription: {
    run: updateSubscription,
    readBody: readRenewed,
    query: [],
  },
  deleteSubscription: { run: deleteSubscription, query: [] },
};
