// Push credentials of an app, write-only: they are checked as a whole and encrypted by the registry, and only members that
// are no secret are ever answered. They apply from the next push on.
import { formatDateTime } from '../../../model/date-time.ts';
import { HubError } from '../../../model/errors.ts';
import {
  type CredentialedChannel,
  credentialed,
  withoutCredentials,
} from '../../../push/channels/channels.ts';
import type { ChannelDescriptors } from '../../../push/channels/descriptor.ts';
import type { StoredCredentials } from '../../../store/registry.ts';

export const channelPath = '/admin/apps/{appId}/channels/{channel}';

export function channelOf(channel: string, channels: ChannelDescriptors): CredentialedChannel {
  const known = credentialed(channels);
  const named = known.find(({ type }) => type.toLowerCase() === channel.toLowerCase());
  if (named) return named;
  throw new HubError(
    'notFound',
    `The channels with credentials are ${known.map(({ type }) => type).join(', ')}; ${withoutCredentials(channels)} needs none, the hub has its own key.`,
  );
}

export function showChannel({ kind, shown, setAt }: StoredCredentials) {
  return { channel: kind, ...shown, setDateTime: formatDateTime(setAt) };
}

export function noCredentials(kind: string): HubError {
  return new HubError('notFound', `The app has no ${kind} credentials: PUT them here.`);
}
