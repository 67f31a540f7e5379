// The channel through which the devices of a platform are counted as reached. All that the calculation takes from a
// channel is in its descriptor.
import type { PlatformType } from '@carillon/protocol';
import { builtInChannels } from '../../hub/channels.ts';
import type { ChannelDescriptor } from '../../push/channels/descriptor.ts';

export function channelOf(platform: PlatformType): ChannelDescriptor {
  const channel = builtInChannels.find(({ capacity }) => capacity.platform === platform);
  if (channel) return channel;
  throw new Error(`no channel reaches ${platform}: give one the platform in its descriptor`);
}
