// What an app service needs of a hub: post, ask and wait, many at once, and webhooks verified and decrypted. Requests are
// repeated where that is safe, never before the hub says so.

export { Carillon, type CarillonOptions } from './carillon.ts';
export { CarillonError } from './carillon-error.ts';
export type { Asked, AskOptions, CallOptions, Posted, PostMany } from './options.ts';
export type {
  BatchRequest,
  BatchResponse,
  Notification,
  NotificationPost,
  NotificationResponse,
} from './shapes.ts';
export {
  type ClientCredentials,
  clientCredentials,
  type OnBehalfOf,
  onBehalfOf,
  type TokenSource,
} from './tokens.ts';
export {
  type ChangeNotification,
  decryptContent,
  type EncryptedContent,
  readWebhook,
  type ValidationOptions,
  validationTokenOf,
  verifyValidationTokens,
  type WebhookBody,
} from './webhooks.ts';
