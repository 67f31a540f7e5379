// Schemas of what an app posts, of how a user's devices change its state, and of what the hub answers.
// Rules between members, such as a payload that needs content, are the operation's.

import { limits } from '../limits.ts';
import {
  platformTypes,
  priorities,
  readStates,
  responders,
  stateUpdateResults,
  userActionStates,
} from '../notification.ts';
import { dateTime, nullable, oneOf, strictObject, text } from './build.ts';
import { Type } from './type.ts';
import { visualContentSchema } from './visual-content.ts';

const platformType = oneOf(platformTypes, { web: 'webPush' });
const priority = oneOf(priorities, { 0: 'None', 1: 'High', 2: 'Low' });

const payload = strictObject(
  {
    rawContent: Type.Optional(nullable(text(limits.rawContentBytes))),
    visualContent: Type.Optional(nullable(visualContentSchema)),
  },
  { odataType: 'payloadTypes' },
);

const targetPolicy = strictObject(
  { platformTypes: Type.Optional(nullable(Type.Array(platformType, { maxItems: 16 }))) },
  { odataType: 'targetPolicyEndpoints' },
);

const fallbackPolicy = strictObject(
  {
    endpointFallback: strictObject(
      {
        platformTypes: Type.Array(platformType, { minItems: 1, maxItems: 16 }),
        fallbackDelayInSeconds: Type.Integer({
          minimum: limits.fallbackDelaySecondsMin,
          maximum: limits.fallbackDelaySecondsMax,
        }),
        visualContent: visualContentSchema,
      },
      { odataType: 'fallbackPolicyProperties' },
    ),
  },
  { odataType: 'fallbackPolicy' },
);

const actionId = Type.String({ minLength: 1, maxLength: limits.actionIdCharacters });

const responsePolicy = strictObject({
  respondByDateTime: Type.Optional(nullable(dateTime)),
  defaultActionId: Type.Optional(nullable(actionId)),
});

const hostName = Type.String({ minLength: 1, maxLength: limits.hostNameCharacters });
const groupName = nullable(Type.String({ maxLength: limits.groupNameCharacters }));

export const notificationPostSchema = strictObject(
  {
    targetHostName: hostName,
    appNotificationId: Type.Optional(
      nullable(Type.String({ minLength: 1, maxLength: limits.appNotificationIdCharacters })),
    ),
    payload,
    targetPolicy: Type.Optional(nullable(targetPolicy)),
    priority: Type.Optional(nullable(priority)),
    groupName: Type.Optional(groupName),
    displayTimeToLive: Type.Optional(
      nullable(Type.Integer({ minimum: 1, maximum: limits.displaySecondsMax })),
    ),
    expirationDateTime: Type.Optional(nullable(dateTime)),
    fallbackPolicy: Type.Optional(nullable(fallbackPolicy)),
    responsePolicy: Type.Optional(nullable(responsePolicy)),
  },
  {
    odataType: 'notification',
    ignored: [
      'id',
      'createdDateTime',
      'lastModifiedDateTime',
      'contentVersion',
      'readState',
      'userActionState',
      'snoozeUntilDateTime',
      'response',
    ],
  },
);

const notificationId = Type.String({ maxLength: 64 });
const contentVersion = Type.Optional(Type.Integer({ minimum: 1 }));

const stateMembers = {
  readState: Type.Optional(oneOf(readStates)),
  userActionState: Type.Optional(oneOf(userActionStates)),
  snoozeUntilDateTime: Type.Optional(nullable(dateTime)),
};

export const statePatchSchema = strictObject(
  { ...stateMembers, contentVersion },
  { odataType: 'notification' },
);

export const responsePostSchema = strictObject({
  actionId,
  text: Type.Optional(nullable(Type.String({ maxLength: limits.replyCharacters }))),
  contentVersion,
});

export const responseSchema = strictObject({
  actionId: nullable(actionId),
  text: nullable(Type.String()),
  respondedDateTime: dateTime,
  respondedBy: oneOf(responders),
});

const many = { minItems: 1, maxItems: limits.updateStateIds };

export const stateUpdateSchema = strictObject({
  ids: Type.Optional(Type.Array(notificationId, many)),
  all: Type.Optional(Type.Boolean()),
  groupName: Type.Optional(groupName),
  changes: Type.Optional(Type.Array(strictObject({ id: notificationId, contentVersion }), many)),
  ...stateMembers,
});

/** What the hub answers. */
export const notificationSchema = strictObject(
  {
    id: notificationId,
    appNotificationId: nullable(Type.String()),
    targetHostName: hostName,
    groupName,
    displayTimeToLive: nullable(Type.Integer({ minimum: 0 })),
    expirationDateTime: dateTime,
    priority,
    payload,
    targetPolicy: strictObject({ platformTypes: Type.Array(platformType) }),
    fallbackPolicy: nullable(fallbackPolicy),
    createdDateTime: dateTime,
    lastModifiedDateTime: dateTime,
    contentVersion: Type.Integer({ minimum: 1 }),
    readState: oneOf(readStates),
    userActionState: oneOf(userActionStates),
    snoozeUntilDateTime: nullable(dateTime),
    responsePolicy: Type.Optional(
      nullable(strictObject({ respondByDateTime: nullable(dateTime), defaultActionId: nullable(actionId) })),
    ),
    response: Type.Optional(nullable(responseSchema)),
  },
  { odataType: 'notification' },
);

/** In place of one that is gone. */
export const removedSchema = strictObject({
  id: notificationId,
  '@removed': strictObject({ reason: oneOf(['deleted']) }),
});

export const stateUpdateAnswerSchema = strictObject({
  updatedCount: Type.Integer({ minimum: 0 }),
  unreadCount: Type.Integer({ minimum: 0 }),
  notFound: Type.Array(Type.String()),
  results: Type.Array(strictObject({ id: Type.String(), result: oneOf(stateUpdateResults) })),
});
