// Web Push: browsers, and whatever else registers with an RFC 8030 service. Browsers demand that every push shows something,
// so that a state change is not pushed alone.
import type { ChannelDescriptor } from '../descriptor.ts';
import { type WebPushAddress, webPushAddress } from './address.ts';

export const webPush: ChannelDescriptor<WebPushAddress> = {
  type: 'webPush',
  title: 'Web Push',
  code: 0,
  flags: { canClear: false, hostFromAddress: true },
  address: webPushAddress,
  credentials: null,
  capacity: { platform: 'webPush', drained: { figure: 'Web Push, drained', perSecond: 2280 }, quota: null },
  open: async (services) => (await import('./channel.ts')).openWebPushChannel(services),
};
