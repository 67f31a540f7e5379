// Firebase Cloud Messaging: Android devices. A data message shows nothing, so that a state change is pushed by itself.
// Its quota is the only one that a provider documents.
import type { ChannelDescriptor, ProviderQuota } from '../descriptor.ts';
import { type FcmAddress, fcmAddress } from './address.ts';
import { type FcmCredentials, fcmCredentials } from './credentials.ts';

/** https://firebase.google.com/docs/cloud-messaging/throttling-and-quotas */
const quota: ProviderQuota = {
  resource: 'FCM quota',
  perMinute: 600_000,
  unit: 'messages a minute',
  remedy:
    'ask Google for more, or spread the users over more projects; pushes beyond it wait and are sent later',
};

export const fcm: ChannelDescriptor<FcmAddress, FcmCredentials> = {
  type: 'fcm',
  title: 'FCM',
  code: 1,
  flags: { canClear: true, hostFromAddress: false },
  address: fcmAddress,
  credentials: fcmCredentials,
  capacity: { platform: 'android', drained: { figure: 'FCM, drained', perSecond: 4500 }, quota: quota },
  open: async (services) => (await import('./channel.ts')).openFcmChannel(services),
};
