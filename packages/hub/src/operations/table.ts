// All verbs on one screen: what each runs, how its body is read, which query options it understands.
// The line of an operation runs from protocol/operations by way of this table to its file.
import { limits, type OperationName } from '@carillon/protocol';
import { createReceipts, readReceived } from './deliveries/create-receipts.ts';
import { listDeliveries } from './deliveries/list.ts';
import type { Answer, Call, Services } from './kernel/call.ts';
import { createNotification, readPosted } from './notifications/create.ts';
import { deleteNotification } from './notifications/delete.ts';
import { explainNotification } from './notifications/explain.ts';
import { getNotification } from './notifications/get.ts';
import { countNotifications, listNotifications } from './notifications/list.ts';
import { readDelta } from './notifications/read-delta.ts';
import { readPatched, updateNotification } from './notifications/update.ts';
import { readUpdated, updateStates } from './notifications/update-states.ts';
import { createStreamTicket } from './streams/create-ticket.ts';
import { openStream } from './streams/open.ts';
import {
  createSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  readRegistered,
  readRenewed,
  updateSubscription,
} from './subscriptions/subscriptions.ts';

export interface Verb {
  readonly run: (call: Call<never, never>, services: Services) => Promise<Answer>;
  /** All that can be said of a body without looking at anybody's feed. Absent when the operation takes none. */
  readonly readBody?: (json: unknown, services: Services) => unknown;
  /** How long a body may be, when not `limits.bodyBytes`. */
  readonly bodyBytes?: number;
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
  updateStates: {
    run: updateStates,
    readBody: readUpdated,
    bodyBytes: limits.updateStateBodyBytes,
    query: [],
  },
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
