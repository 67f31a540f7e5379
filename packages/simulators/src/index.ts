// The entry of the package: simulated push services and what their users name. One server (openSimulator) serves any of
// the providers.
export { type ApnsReason, apnsErrors } from './apns/errors.ts';
export { type ApnsEnvironment, type ApnsKey, type MadeApnsKey, makeApnsKey } from './apns/key.ts';
export { type ApnsDevice, type ApnsOptions, apnsProvider } from './apns/provider.ts';
export { type FcmOptions, type FcmTokenState, fcmProvider } from './fcm/provider.ts';
export {
  accountOf,
  type FcmAccount,
  type MadeServiceAccount,
  makeServiceAccount,
  type ServiceAccountJson,
} from './fcm/service-account.ts';
export { DeliveryRecord, type Page, type ProviderStats, type Stats } from './record.ts';
export { makeSimulatorKeys, type RunOptions, runSimulators, type SimulatorKeys } from './run.ts';
export { type Outcome, type OutcomeName, outcomeNames, type Rule, readRules, rule } from './script.ts';
export { openSimulator, type Simulator, type SimulatorOptions } from './server.ts';
export * from './simulator.ts';
export { type Browser, makeBrowser } from './webpush/browser.ts';
export { type WebPushProvider, webPushProvider } from './webpush/provider.ts';
export { messagesWaiting } from './webpush/waiting.ts';
export { toastsShown } from './wns/action-center.ts';
export { entraApp, storeApp, type WnsProvider, wnsProvider } from './wns/provider.ts';
export type { WnsApp } from './wns/token-endpoint.ts';
