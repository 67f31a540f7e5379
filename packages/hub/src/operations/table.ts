// All verbs on one screen: what each runs, how its body is read, which query options it understands.
// The line of an operation runs from protocol/operations by way of this table to its file.
import type { OperationName } from '@carillon/protocol';
import {
  notificationPostSchema,
  statePatchSchema,
  stateUpdateSchema,
  subscriptionPatchSchema,
  subscriptionPostSchema,
} from '@carillon/protocol/schemas';
import { openBodyReader } from './body.ts';
import type { Answer, Call, Services } from './call.ts';
import { createNotification } from './create-notification.ts';
import { createStreamTicket } from './create-stream-ticket.ts';
import { deleteNotification } from './delete-notification.ts';
import { getNotification } from './get-notification.ts';
import { countNotifications, listNotifications } from './list-notifications.ts';
import { openStream } from './open-stream.ts';
import { readDelta } from './read-delta.ts';
import {
  createSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  updateSubscription,
} from './subscriptions.ts';
import { updateNotification } from './update-notification.ts';
import { updateStates } from './update-states.ts';

export interface Verb {
  readonly run: (call: Call<never, never>, services: Services) => Promise<Answer>;
  /** Absent when the operation takes no body. */
  readonly readBody?: (json: unknown) => unknown;
  readonly query: readonly string[];
}

export const verbTable: Readonly<Record<OperationName, Verb>> = {
  createNotification: {
    run: createNotification,
    readBody: openBodyReader(notificationPostSchema),
    query: [],
  },
  listNotifications: { run: listNotifications, query: ['$top', '$skiptoken', '$select', '$count'] },
  countNotifications: { run: countNotifications, query: [] },
  readDelta: { run: readDelta, query: ['$top', '$skiptoken', '$deltatoken'] },
  openStream: { run: openStream, query: ['$deltatoken', 'ticket'] },
  createStreamTicket: { run: createStreamTicket, query: [] },
  updateStates: { run: updateStates, readBody: openBodyReader(stateUpdateSchema), query: [] },
  getNotification: { run: getNotification, query: ['$select'] },
  updateNotification: { run: updateNotification, readBody: openBodyReader(statePatchSchema), query: [] },
  deleteNotification: { run: deleteNotification, query: [] },
  createSubscription: {
    run: createSubscription,
    readBody: openBodyReader(subscriptionPostSchema),
    query: [],
  },
  listSubscriptions: { run: listSubscriptions, query: [] },
  getSubscription: { run: getSubscription, query: [] },
  updateSubscription: {
    run: updateSubscription,
    readBody: openBodyReader(subscriptionPatchSchema),
    query: [],
  },
  deleteSubscription: { run: deleteSubscription, query: [] },
};
