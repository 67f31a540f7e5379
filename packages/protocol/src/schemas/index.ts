// The shapes of the wire as TypeBox schemas: one source for validation, OpenAPI and CSDL.
// schemas.test.ts holds them equal to the dependency-free types of the main entry.

export {
  apnsCredentialsSchema,
  appSchema,
  fcmCredentialsSchema,
  hostPostSchema,
  redriveSchema,
  wnsCredentialsSchema,
} from './admin.ts';
export { type CarillonSchema, nullable, oneOf } from './build.ts';
export { receiptsPostSchema } from './delivery.ts';
export { notificationPostSchema, statePatchSchema, stateUpdateSchema } from './notification.ts';
export { channelSchema, subscriptionPatchSchema, subscriptionPostSchema } from './subscription.ts';
