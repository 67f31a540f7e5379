// Push credentials of an app, write-only: they are checked as a whole and encrypted by the registry, and only members that
// are no secret are ever answered. They apply from the next push on.

import type { GivenCredentials } from '../../model/credentials.ts';
import { formatDateTime } from '../../model/date-time.ts';
import { HubError } from '../../model/errors.ts';
import { type CredentialedChannel, credentialed, withoutCredentials } from '../../push/channels/channels.ts';
import type { ChannelDescriptors } from '../../push/channels/descriptor.ts';
import type { StoredCredentials } from '../../store/registry.ts';
import { type AdminAnswer, type AdminCall, type AdminServices, audited, findApp } from './call.ts';
import { readCredentials } from './read-credentials.ts';

export function listChannels(call: AdminCall, { registry }: AdminServices): AdminAnswer {
  const { id } = findApp(call, registry);
  return { outcome: 'ok', body: { value: registry.credentials.list(id).map(show) } };
}

export function getChannel(call: AdminCall, { registry, channels }: AdminServices): AdminAnswer {
  const { id } = findApp(call, registry);
  const { type: kind } = channelOf(call.params, channels);
  const stored = registry.credentials.list(id).find((each) => each.kind === kind);
  if (!stored) throw noCredentials(kind);
  return { outcome: 'ok', body: show(stored) };
}

/** The path names the channel, so the body can't be read without it. */
export function readChannel(
  json: unknown,
  params: AdminCall['params'],
  { channels }: AdminServices,
): GivenCredentials {
  return readCredentials(channelOf(params, channels).credentials, json);
}

export async function putChannel(
  call: AdminCall<GivenCredentials>,
  services: AdminServices,
): Promise<AdminAnswer> {
  const { registry, clock, channels } = services;
  const { id } = findApp(call, registry);
  const { type: kind } = channelOf(call.params, channels);
  const now = clock.now();
  const path = `apps/${id}/channels/${kind}`;
  const isNew = await audited(call, services, path, ({ credentials }) =>
    credentials.put(id, kind, call.body, now),
  );
  const body = show({ kind, shown: call.body.shown, setAt: now });
  return isNew ? { outcome: 'created', body, location: `/admin/${path}` } : { outcome: 'ok', body };
}

export async function deleteChannel(call: AdminCall, services: AdminServices): Promise<AdminAnswer> {
  const { registry, channels } = services;
  const { id } = findApp(call, registry);
  const { type: kind } = channelOf(call.params, channels);
  if (!registry.credentials.list(id).some((each) => each.kind === kind)) throw noCredentials(kind);
  await audited(call, services, `apps/${id}/channels/${kind}`, ({ credentials }) =>
    credentials.remove(id, kind),
  );
  return { outcome: 'noContent' };
}

function channelOf({ channel = '' }: AdminCall['params'], channels: ChannelDescriptors): CredentialedChannel {
  const known = credentialed(channels);
  const named = known.find(({ type }) => type.toLowerCase() === channel.toLowerCase());
  if (named) return named;
  throw new HubError(
    'notFound',
    `The channels with credentials are ${known.map(({ type }) => type).join(', ')}; ${withoutCredentials(channels)} needs none, the hub has its own key.`,
  );
}

function show({ kind, shown, setAt }: StoredCredentials) {
  return { channel: kind, ...shown, setDateTime: formatDateTime(setAt) };
}

function noCredentials(kind: string): HubError {
  return new HubError('notFound', `The app has no ${kind} credentials: PUT them here.`);
}
