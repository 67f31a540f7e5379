// The shapes that have a name in the OpenAPI document, so that a generated client has one type for each, wherever it is used:
// objects, and enumerations. The same members are the same shape, also where it may be null.
import {
  deliveryStatuses,
  interruptionLevels,
  notificationTypes,
  platformTypes,
  priorities,
  readStates,
  responders,
  textDirections,
  userActionStates,
  verdicts,
  visualMembers,
} from '@carillon/protocol';
import {
  actionSchema,
  appAnswerSchema,
  appSchema,
  auditEntrySchema,
  batchAnswerSchema,
  batchRequestSchema,
  batchSchema,
  changeSubscriptionPatchSchema,
  changeSubscriptionPostSchema,
  changeSubscriptionSchema,
  createdChangeSubscriptionSchema,
  deliverySchema,
  explanationSchema,
  hostAnswerSchema,
  lastAnswerSchema,
  notificationAppSchema,
  notificationPostSchema,
  notificationSchema,
  ownDeviceSchema,
  ownSessionSchema,
  ownUserSchema,
  personSchema,
  preferencesSchema,
  progressSchema,
  removedSchema,
  responseSchema,
  statePatchSchema,
  subscriptionPatchSchema,
  subscriptionPostSchema,
  subscriptionSchema,
  tlsVersions,
  userSchema,
  userSessionSchema,
  visualContentSchema,
} from '@carillon/protocol/schemas';

interface Shape {
  readonly name: string;
  readonly schema: object;
  /** One that answers may annotate. */
  readonly isEntity?: boolean;
}

export const shapes: readonly Shape[] = [
  { name: 'Notification', schema: notificationSchema, isEntity: true },
  { name: 'NotificationPost', schema: notificationPostSchema },
  { name: 'NotificationState', schema: statePatchSchema },
  { name: 'RemovedNotification', schema: removedSchema },
  { name: 'NotificationResponse', schema: responseSchema, isEntity: true },
  { name: 'NotificationSubscription', schema: subscriptionSchema, isEntity: true },
  { name: 'NotificationSubscriptionPost', schema: subscriptionPostSchema },
  { name: 'NotificationSubscriptionPatch', schema: subscriptionPatchSchema },
  { name: 'NotificationPreferences', schema: preferencesSchema, isEntity: true },
  { name: 'NotificationApp', schema: notificationAppSchema, isEntity: true },
  { name: 'NotificationDevice', schema: ownDeviceSchema, isEntity: true },
  { name: 'Delivery', schema: deliverySchema },
  { name: 'DeliveryAnswer', schema: lastAnswerSchema },
  { name: 'Explanation', schema: explanationSchema },
  { name: 'VisualContent', schema: visualContentSchema },
  { name: 'NotificationAction', schema: actionSchema },
  { name: 'Progress', schema: progressSchema },
  { name: 'Payload', schema: notificationSchema.properties.payload },
  { name: 'FallbackPolicy', schema: notificationSchema.properties.fallbackPolicy },
  { name: 'ChangeSubscription', schema: changeSubscriptionSchema, isEntity: true },
  { name: 'CreatedChangeSubscription', schema: createdChangeSubscriptionSchema, isEntity: true },
  { name: 'ChangeSubscriptionPost', schema: changeSubscriptionPostSchema },
  { name: 'ChangeSubscriptionPatch', schema: changeSubscriptionPatchSchema },
  { name: 'App', schema: appAnswerSchema },
  { name: 'AppSettings', schema: appSchema },
  { name: 'AppHost', schema: hostAnswerSchema, isEntity: true },
  { name: 'Me', schema: ownUserSchema, isEntity: true },
  { name: 'User', schema: userSchema },
  { name: 'Person', schema: personSchema },
  { name: 'Session', schema: ownSessionSchema },
  { name: 'UserSession', schema: userSessionSchema },
  { name: 'AuditEntry', schema: auditEntrySchema },
  { name: 'Batch', schema: batchSchema },
  { name: 'BatchRequest', schema: batchRequestSchema },
  { name: 'BatchAnswer', schema: batchAnswerSchema },
];

export const enumerations: Readonly<Record<string, readonly string[]>> = {
  DeliveryStatus: deliveryStatuses,
  /** Go's oapi-codegen names the constant of a visual member `InterruptionLevel`. */
  NotificationInterruptionLevel: interruptionLevels,
  NotificationType: notificationTypes,
  PlatformType: platformTypes,
  Priority: priorities,
  ReadState: readStates,
  Responder: responders,
  TextDirection: textDirections,
  TlsVersion: tlsVersions,
  UserActionState: userActionStates,
  Verdict: verdicts,
  VisualMember: visualMembers,
};

const names = new Map([
  ...shapes.map(({ name, schema }): [string, string] => [keyOf(schema), name]),
  ...Object.entries(enumerations).map(([name, values]): [string, string] => [keyOf({ enum: values }), name]),
]);
const keys = new WeakMap<object, string>();

function keyOf(schema: object): string {
  if ('enum' in schema && Array.isArray(schema.enum))
    return JSON.stringify({ enum: schema.enum.filter((value) => value !== null) });
  // Which comes first, the type or the members, makes no other shape.
  return JSON.stringify({ ...schema, type: undefined });
}

/** Null for one that is written where it is used. */
export function nameOf(schema: object): string | null {
  if (!('properties' in schema) && !('enum' in schema)) return null;
  const key = keys.get(schema) ?? keyOf(schema);
  keys.set(schema, key);
  return names.get(key) ?? null;
}
