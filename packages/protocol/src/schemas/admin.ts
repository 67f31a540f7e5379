// Schemas of what an operator sends and is answered: apps and their host names, failed deliveries, the audit. What push
// credentials hold is their channel's to say.

import { deliveryStatuses, verdicts } from '../delivery.ts';
import { limits } from '../limits.ts';
import { platformTypes } from '../notification.ts';
import { notificationTypes } from '../subscription.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { lastAnswerSchema } from './delivery.ts';
import { Type } from './type.ts';

const clientsMax = 10;
const hostsMax = 100;
const redirectUrisMax = 20;
const scopesMax = 20;
const issuersMax = 10;
/** 30 days. */
const secretOverlapSecondsMax = 30 * 24 * 3600;

const id = Type.String({ minLength: 1, maxLength: 128 });
const hostName = Type.String({ minLength: 1, maxLength: limits.hostNameCharacters });
const url = Type.String({ minLength: 1, maxLength: limits.pushAddressCharacters });

/** A name, or an entry of an app's `hosts` as it was answered. */
const host = Type.Union([
  hostName,
  strictObject({
    host: hostName,
    verified: Type.Optional(Type.Boolean()),
    challenge: Type.Optional(Type.Unknown()),
  }),
]);

const tapTitle = Type.String({ minLength: 1, maxLength: 128 });
const displayName = Type.String({ minLength: 1, maxLength: 128 });
const urlScheme = Type.String({ minLength: 1, maxLength: 68 });
const clickAction = Type.String({ minLength: 1, maxLength: 256 });
const urlSchemesMax = 20;

const scope = Type.String({ minLength: 1, maxLength: 256 });

const client = strictObject(
  {
    clientId: id,
    public: Type.Optional(Type.Boolean()),
    redirectUris: Type.Optional(Type.Array(url, { maxItems: redirectUrisMax })),
    scopes: Type.Optional(Type.Array(scope, { maxItems: scopesMax })),
  },
  { ignored: ['clientSecret', 'oldSecretUntilDateTime'] },
);

const appMembers = {
  hosts: Type.Optional(Type.Array(host, { maxItems: hostsMax })),
  clients: Type.Optional(Type.Array(client, { maxItems: clientsMax })),
  blocked: Type.Optional(Type.Boolean()),
  issuers: Type.Optional(Type.Array(url, { maxItems: issuersMax })),
  openUrl: Type.Optional(Type.Union([url, Type.Null()])),
  tapTitle: Type.Optional(Type.Union([tapTitle, Type.Null()])),
  urlSchemes: Type.Optional(nullable(Type.Array(urlScheme, { maxItems: urlSchemesMax }))),
  displayName: Type.Optional(nullable(displayName)),
  iconUrl: Type.Optional(nullable(url)),
  clickAction: Type.Optional(nullable(clickAction)),
  newSecrets: Type.Optional(Type.Boolean()),
  secretOverlapSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: secretOverlapSecondsMax })),
};

/** The body of a PUT, which replaces the app, and of a PATCH, which keeps the members that are left out. */
export const appSchema = strictObject(appMembers, { ignored: ['appId', 'channels'] });

export const hostPostSchema = strictObject({ host: hostName });

export const redriveSchema = strictObject({
  ids: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { minItems: 1, maxItems: 100 }),
  ),
  all: Type.Optional(Type.Boolean()),
  app: Type.Optional(id),
});

const challenge = strictObject({ dns: Type.String(), wellKnown: Type.String(), value: Type.String() });

/** A claim stands with its challenge until it is verified; `dns` and `wellKnown` say what a look for the proof found. */
export const hostAnswerSchema = strictObject({
  host: hostName,
  verified: Type.Boolean(),
  challenge: Type.Optional(challenge),
  verifiedBy: Type.Optional(oneOf(['dns', 'wellKnown'])),
  dns: Type.Optional(Type.String()),
  wellKnown: Type.Optional(Type.String()),
});

export const appAnswerSchema = strictObject({
  appId: id,
  blocked: Type.Boolean(),
  issuers: Type.Array(url),
  hosts: Type.Array(hostAnswerSchema),
  clients: Type.Array(
    strictObject({
      clientId: id,
      public: Type.Boolean(),
      redirectUris: Type.Array(url),
      scopes: Type.Array(scope),
      oldSecretUntilDateTime: Type.Optional(dateTime),
      clientSecret: Type.Optional(Type.String()),
    }),
  ),
  channels: Type.Array(Type.String()),
  openUrl: Type.Optional(url),
  tapTitle: Type.Optional(tapTitle),
  urlSchemes: Type.Optional(Type.Array(urlScheme)),
  displayName: Type.Optional(displayName),
  iconUrl: Type.Optional(url),
  clickAction: Type.Optional(clickAction),
});

/** Only the members that are no secret, which differ by channel. */
export const shownCredentialsSchema = Type.Object(
  {
    channel: Type.String(),
    setDateTime: dateTime,
    waitingCount: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: true },
);

/** Until when addresses that are reported dead end, whatever their number. */
/** `push`: what the provider answered to the test push; null where no device was named. */
export const channelCheckSchema = strictObject({
  channel: Type.String(),
  ok: Type.Boolean(),
  message: Type.String(),
  push: nullable(
    strictObject({
      verdict: oneOf(verdicts),
      status: nullable(Type.Integer()),
      reason: nullable(Type.String()),
      message: Type.String(),
    }),
  ),
});
export const channelCheckPostSchema = strictObject({
  subscriptionId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
});

export const allowedEndsSchema = strictObject({ channel: Type.String(), allowedUntilDateTime: dateTime });

const person = strictObject({ id: Type.String(), name: Type.String() });

/** Whose subscriptions a list holds. */
export const shownUserSchema = person;

/** A user's place without its capabilities: neither the UNS-ID nor the push address. */
export const shownSubscriptionSchema = strictObject({
  subscription: Type.String(),
  appId: id,
  installationId: Type.String(),
  displayName: nullable(Type.String()),
  targetHostName: hostName,
  platformType: oneOf(platformTypes),
  notificationType: oneOf(notificationTypes),
  channel: nullable(
    strictObject({ type: Type.String(), host: nullable(Type.String()), addressEnd: Type.String() }),
  ),
  expired: Type.Boolean(),
  expirationDateTime: dateTime,
  createdDateTime: dateTime,
  lastSeenDateTime: nullable(dateTime),
});

/** A change subscription as operators see it. */
export const shownChangeSubscriptionSchema = strictObject({
  id: Type.String(),
  appId: id,
  userId: nullable(Type.String()),
  resource: Type.String(),
  changeType: Type.String(),
  endpointHost: Type.String(),
  expirationDateTime: dateTime,
  ended: Type.Boolean(),
  waiting: Type.Integer({ minimum: 0 }),
  attempts: Type.Integer({ minimum: 0 }),
  failingSinceDateTime: nullable(dateTime),
  lastAnswer: nullable(Type.String()),
});

export const shownDeliverySchema = strictObject({
  id: Type.String(),
  appId: id,
  user: nullable(person),
  notificationId: nullable(Type.String()),
  subscription: Type.String(),
  kind: oneOf(['notify', 'fallback', 'clear']),
  channel: nullable(Type.String()),
  platform: oneOf(platformTypes),
  status: oneOf(deliveryStatuses),
  reason: nullable(Type.String()),
  attempts: Type.Integer({ minimum: 0 }),
  lastAnswer: lastAnswerSchema,
  plannedDateTime: dateTime,
  sentDateTime: nullable(dateTime),
});

export const redriveAnswerSchema = strictObject({
  redrivenCount: Type.Integer({ minimum: 0 }),
  more: Type.Boolean(),
});

export const auditEntrySchema = strictObject({
  dateTime,
  who: Type.String(),
  from: nullable(Type.String()),
  what: Type.String(),
  on: Type.String(),
  count: Type.Optional(Type.Integer({ minimum: 2 })),
});
