// Schemas of an installed place, as a device registers and renews it. What the push address that it is reached at must
// be is its push channel's to say.

import { limits } from '../limits.ts';
import { platformTypes } from '../notification.ts';
import { type Channel, notificationTypes } from '../subscription.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { Type } from './type.ts';

/** Null for a place without a push address. What its members must be, the push channel that `type` names says. */
const channel = Type.Unsafe<Channel | null>({ type: ['object', 'null'], required: ['type'] });

const displayName = nullable(Type.String({ maxLength: limits.displayNameCharacters }));
const notificationType = oneOf(notificationTypes);

export const subscriptionPostSchema = strictObject(
  {
    targetHostName: Type.String({ minLength: 1, maxLength: limits.hostNameCharacters }),
    installationId: Type.String({ minLength: 1, maxLength: limits.installationIdCharacters }),
    displayName: Type.Optional(displayName),
    platformType: oneOf(platformTypes, { web: 'webPush' }),
    channel: Type.Optional(channel),
    notificationType: Type.Optional(nullable(notificationType)),
    expirationDateTime: Type.Optional(nullable(dateTime)),
  },
  { odataType: 'notificationSubscription', ignored: ['id', 'createdDateTime'] },
);

export const subscriptionPatchSchema = strictObject(
  {
    displayName: Type.Optional(displayName),
    channel: Type.Optional(channel),
    notificationType: Type.Optional(notificationType),
    expirationDateTime: Type.Optional(nullable(dateTime)),
  },
  { odataType: 'notificationSubscription' },
);

/** As it was registered with its push channel. */
const shownChannel = Type.Unsafe<{ readonly type: string } | null>({
  type: ['object', 'null'],
  required: ['type'],
});

/** What the hub answers. */
export const subscriptionSchema = strictObject(
  {
    id: Type.String(),
    targetHostName: Type.String(),
    installationId: Type.String(),
    displayName,
    platformType: oneOf(platformTypes),
    channel: shownChannel,
    notificationType,
    createdDateTime: dateTime,
    expirationDateTime: dateTime,
  },
  { odataType: 'notificationSubscription' },
);

/** A device of any app, as its user sees it. */
export const ownDeviceSchema = strictObject({
  id: Type.String(),
  appId: Type.String(),
  appName: Type.String(),
  targetHostName: Type.String(),
  installationId: Type.String(),
  displayName,
  platformType: oneOf(platformTypes),
  isPushed: Type.Boolean(),
  pushService: nullable(Type.String()),
  createdDateTime: dateTime,
  lastSeenDateTime: nullable(dateTime),
  expirationDateTime: dateTime,
  sessionId: nullable(Type.String()),
});

export const ownDevicePatchSchema = strictObject({ displayName });

/** One ticket opens one stream. */
export const streamTicketSchema = strictObject({
  ticket: Type.String(),
  expiresInSeconds: Type.Integer({ minimum: 1 }),
});
