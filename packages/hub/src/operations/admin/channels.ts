// Push credentials of an app, write-only: what is put is checked whole, encrypted by the registry, and of what is stored
// only the members that prove nothing are ever answered. They count from the next push on.

import { type CredentialKind, type Credentials, credentialKinds } from '../../model/credentials.ts';
import { formatDateTime } from '../../model/date-time.ts';
import { HubError } from '../../model/errors.ts';
import { showCredentials } from '../../model/shown-credentials.ts';
import type { StoredCredentials } from '../../store/registry.ts';
import { type AdminAnswer, type AdminCall, type AdminServices, audited, findApp } from './call.ts';
import { readCredentials } from './read-credentials.ts';

export function listChannels(call: AdminCall, { registry }: AdminServices): AdminAnswer {
  const { id } = findApp(call, registry);
  return { outcome: 'ok', body: { value: registry.credentials.list(id).map(show) } };
}

export function getChannel(call: AdminCall, { registry }: AdminServices): AdminAnswer {
  const { id } = findApp(call, registry);
  const kind = kindOf(call.params);
  const stored = registry.credentials.list(id).find((each) => each.kind === kind);
  if (!stored) throw noCredentials(kind);
  return { outcome: 'ok', body: show(stored) };
}

/** The kind is told by the path, so the body can't be read without it. */
export function readChannel(json: unknown, params: AdminCall['params']): Credentials[CredentialKind] {
  return readCredentials(kindOf(params), json);
}

export function putChannel(
  call: AdminCall<Credentials[CredentialKind]>,
  services: AdminServices,
): AdminAnswer {
  const { registry, clock } = services;
  const { id } = findApp(call, registry);
  const kind = kindOf(call.params);
  const now = clock.now();
  const path = `apps/${id}/channels/${kind}`;
  const isNew = audited(call, services, path, () => registry.credentials.put(id, kind, call.body, now));
  const body = show({ kind, shown: showCredentials(kind, call.body), setAt: now });
  return isNew ? { outcome: 'created', body, location: `/admin/${path}` } : { outcome: 'ok', body };
}

export function deleteChannel(call: AdminCall, services: AdminServices): AdminAnswer {
  const { registry } = services;
  const { id } = findApp(call, registry);
  const kind = kindOf(call.params);
  if (!registry.credentials.list(id).some((each) => each.kind === kind)) throw noCredentials(kind);
  audited(call, services, `apps/${id}/channels/${kind}`, () => registry.credentials.remove(id, kind));
  return { outcome: 'noContent' };
}

function kindOf({ channel = '' }: AdminCall['params']): CredentialKind {
  const kind = credentialKinds.find((each) => each === channel.toLowerCase());
  if (kind) return kind;
  throw new HubError(
    'notFound',
    `The channels with credentials are ${credentialKinds.join(', ')}; Web Push needs none, the hub has its own key.`,
  );
}

function show({ kind, shown, setAt }: StoredCredentials) {
  return { channel: kind, ...shown, setDateTime: formatDateTime(setAt) };
}

function noCredentials(kind: CredentialKind): HubError {
  return new HubError('notFound', `The app has no ${kind} credentials: PUT them here.`);
}
