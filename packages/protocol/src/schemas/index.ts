// The shapes of the wire as TypeBox schemas: one source for validation, OpenAPI and CSDL.
// schemas.test.ts holds them equal to the dependency-free types of the main entry.

export { appSchema, hostPostSchema, redriveSchema } from './admin.ts';
export { type CarillonSchema, nullable, oneOf } from './build.ts';
export { receiptsPostSchema } from './delivery.ts';
export { notificationPostSchema, statePatchSchema, stateUpdateSchema } from './notification.ts';
export { subscriptionPatchSchema, subscriptionPostSchema } from './subscription.ts';
