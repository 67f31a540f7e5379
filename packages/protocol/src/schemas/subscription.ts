// Schemas of an installed place and of the push address it is reached at.
// Whether a push address may be used at all is the hub's to decide.
import Type from 'typebox';
import { limits } from '../limits.ts';
import { platformTypes } from '../notification.ts';
import { type Channel, notificationTypes } from '../subscription.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';

const address = Type.String({ minLength: 1, maxLength: limits.pushAddressCharacters });
const key = Type.String({ minLength: 1, maxLength: 256 });

const variants = [
  strictObject({ type: oneOf(['wns']), channelUri: address }),
  strictObject({
    type: oneOf(['apns']),
    token: Type.String({ pattern: '^[0-9a-fA-F]{2,400}$' }),
    topic: key,
    environment: oneOf(['production', 'sandbox']),
  }),
  strictObject({ type: oneOf(['fcm']), token: address }),
  strictObject({
    type: oneOf(['webPush']),
    endpoint: address,
    keys: strictObject({ p256dh: key, auth: key }),
  }),
];

/** One of four, told apart by `type`; null for a place without a push address. */
export const channelSchema = Type.Unsafe<Channel | null>({
  type: ['object', 'null'],
  discriminator: { propertyName: 'type' },
  required: ['type'],
  oneOf: variants,
});

const displayName = nullable(Type.String({ maxLength: limits.displayNameCharacters }));
const notificationType = oneOf(notificationTypes);

export const subscriptionPostSchema = strictObject(
  {
    targetHostName: Type.String({ minLength: 1, maxLength: limits.hostNameCharacters }),
    installationId: Type.String({ minLength: 1, maxLength: limits.installationIdCharacters }),
    displayName: Type.Optional(displayName),
    platformType: oneOf(platformTypes, { web: 'webPush' }),
    channel: Type.Optional(channelSchema),
    notificationType: Type.Optional(nullable(notificationType)),
    expirationDateTime: Type.Optional(nullable(dateTime)),
  },
  { odataType: 'notificationSubscription', ignored: ['id', 'createdDateTime'] },
);

export const subscriptionPatchSchema = strictObject(
  {
    displayName: Type.Optional(displayName),
    channel: Type.Optional(channelSchema),
    notificationType: Type.Optional(notificationType),
    expirationDateTime: Type.Optional(nullable(dateTime)),
  },
  { odataType: 'notificationSubscription' },
);
