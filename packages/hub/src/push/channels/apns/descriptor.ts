// Apple Push Notification service: iOS devices. What wakes an app may show nothing, so that a state change is pushed by
// itself.
import type { ChannelDescriptor } from '../descriptor.ts';
import { type ApnsAddress, apnsAddress } from './address.ts';
import { type ApnsCredentials, apnsCredentials } from './credentials.ts';

export const apns: ChannelDescriptor<ApnsAddress, ApnsCredentials> = {
  type: 'apns',
  title: 'APNs',
  code: 2,
  flags: { canClear: true, hostFromAddress: false },
  address: apnsAddress,
  credentials: apnsCredentials,
  capacity: { platform: 'ios', drained: { figure: 'APNs, drained', perSecond: 4329 }, quota: null },
  open: async (services) => (await import('./channel.ts')).openApnsChannel(services),
};
