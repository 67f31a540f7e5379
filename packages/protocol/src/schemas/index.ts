// The shapes of the wire as TypeBox schemas: one source for validation, OpenAPI and CSDL.
// schemas.test.ts holds them equal to the dependency-free types of the main entry.

export {
  allowedEndsSchema,
  appAnswerSchema,
  appSchema,
  auditEntrySchema,
  channelCheckPostSchema,
  channelCheckSchema,
  hostAnswerSchema,
  hostPostSchema,
  redriveAnswerSchema,
  redriveSchema,
  shownChangeSubscriptionSchema,
  shownCredentialsSchema,
  shownDeliverySchema,
  shownSubscriptionSchema,
  shownUserSchema,
} from './admin.ts';
export { batchAnswerSchema, batchRequestSchema, batchSchema } from './batch.ts';
export { type CarillonSchema, nullable, oneOf } from './build.ts';
export {
  changeSubscriptionPatchSchema,
  changeSubscriptionPostSchema,
  changeSubscriptionSchema,
  createdChangeSubscriptionSchema,
  tlsVersions,
} from './change-subscription.ts';
export {
  deliverySchema,
  explanationSchema,
  lastAnswerSchema,
  receiptsAnswerSchema,
  receiptsPostSchema,
} from './delivery.ts';
export {
  notificationPostSchema,
  notificationSchema,
  removedSchema,
  responsePostSchema,
  responseSchema,
  statePatchSchema,
  stateUpdateAnswerSchema,
  stateUpdateSchema,
} from './notification.ts';
export { notificationAppSchema } from './notification-app.ts';
export {
  failureCauseSchema,
  foundSchema,
  nodeSchema,
  overviewSchema,
  redriveJobPostSchema,
  redriveJobSchema,
  timelineSchema,
} from './operators.ts';
export {
  ownSessionSchema,
  ownUserSchema,
  passwordPostSchema,
  personSchema,
  userPostSchema,
  userSchema,
  userSessionSchema,
} from './people.ts';
export { preferencesPatchSchema, preferencesSchema } from './preferences.ts';
export {
  ownDevicePatchSchema,
  ownDeviceSchema,
  streamTicketSchema,
  subscriptionPatchSchema,
  subscriptionPostSchema,
  subscriptionSchema,
} from './subscription.ts';
export { Type } from './type.ts';
export { actionSchema, progressSchema, visualContentSchema } from './visual-content.ts';
