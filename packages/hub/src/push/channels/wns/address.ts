// The address of a Windows app: its channel URI, of which only the host is known to be Microsoft's. The app's own access
// token goes there, so that nothing else is taken for one.
import { invalid } from '../../../model/errors.ts';
import type { AddressOf } from '../contract.ts';
import type { AddressRules } from '../descriptor.ts';
import { address } from '../schema.ts';

export type WnsAddress = AddressOf<'wns'>;

const hostSuffix = '.notify.windows.com';

export const wnsAddress: AddressRules<WnsAddress> = {
  members: { channelUri: address },
  capability: 'channelUri',
  isUrl: true,
  identity: ({ channelUri }) => channelUri,
  check({ channelUri }, allowPrivate) {
    if (allowPrivate || new URL(channelUri).hostname.endsWith(hostSuffix)) return;
    throw invalid(`channel.channelUri must be an https address under ${hostSuffix}.`, 'channel.channelUri');
  },
};
