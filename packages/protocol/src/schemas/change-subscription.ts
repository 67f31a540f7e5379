// Schemas of a change subscription, Microsoft Graph's `subscription`.
// An endpoint of an app is told of changes by webhook.

import { limits, webhookLimits } from '../limits.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { Type } from './type.ts';

const url = Type.String({ minLength: 1, maxLength: limits.pushAddressCharacters });
export const tlsVersions = ['v1_0', 'v1_1', 'v1_2', 'v1_3'] as const;
const tls = oneOf(tlsVersions);
const clientState = nullable(Type.String({ maxLength: webhookLimits.clientStateCharacters }));
const certificateId = nullable(Type.String({ maxLength: webhookLimits.certificateIdCharacters }));

export const changeSubscriptionPostSchema = strictObject(
  {
    /** Names with commas between them. */
    changeType: Type.String({ minLength: 1, maxLength: 64 }),
    notificationUrl: url,
    lifecycleNotificationUrl: Type.Optional(nullable(url)),
    resource: Type.String({ minLength: 1, maxLength: 512 }),
    expirationDateTime: dateTime,
    clientState: Type.Optional(clientState),
    includeResourceData: Type.Optional(nullable(Type.Boolean())),
    encryptionCertificate: Type.Optional(
      nullable(Type.String({ minLength: 1, maxLength: webhookLimits.certificateCharacters })),
    ),
    encryptionCertificateId: Type.Optional(certificateId),
    latestSupportedTlsVersion: Type.Optional(nullable(tls)),
  },
  {
    odataType: 'subscription',
    ignored: ['id', 'applicationId', 'creatorId', 'notificationContentType', 'signingSecret'],
  },
);

export const changeSubscriptionPatchSchema = strictObject(
  {
    expirationDateTime: Type.Optional(dateTime),
    notificationUrl: Type.Optional(url),
  },
  { odataType: 'subscription' },
);

const shown = {
  id: Type.String(),
  resource: Type.String(),
  changeType: Type.String(),
  clientState,
  notificationUrl: url,
  lifecycleNotificationUrl: nullable(url),
  expirationDateTime: dateTime,
  applicationId: Type.String(),
  creatorId: Type.String(),
  includeResourceData: Type.Boolean(),
  encryptionCertificateId: certificateId,
  latestSupportedTlsVersion: tls,
};

export const changeSubscriptionSchema = strictObject(shown, { odataType: 'subscription' });

/** With the secret that its webhooks are signed with, which is shown once. */
export const createdChangeSubscriptionSchema = strictObject(
  { ...shown, signingSecret: Type.String() },
  { odataType: 'subscription' },
);
