// Windows Push Notification Services. A raw notification shows nothing, so that a state change is pushed by itself. It
// has no benchmark of its own: it is spoken over the same client as FCM.
import type { ChannelDescriptor } from '../descriptor.ts';
import { type WnsAddress, wnsAddress } from './address.ts';
import { type WnsCredentials, wnsCredentials } from './credentials.ts';

export const wns: ChannelDescriptor<WnsAddress, WnsCredentials> = {
  type: 'wns',
  title: 'WNS',
  code: 3,
  flags: { canClear: true, hostFromAddress: false },
  address: wnsAddress,
  credentials: wnsCredentials,
  capacity: { platform: 'windows', drained: { figure: 'FCM, drained', perSecond: 4500 }, quota: null },
  open: async (services) => (await import('./channel.ts')).openWnsChannel(services),
};
