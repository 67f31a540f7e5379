// What is known of a person of any issuer: the account where it is local, the devices, and where the person is signed in. What is
// not there is an empty list, and a person of whom nothing is known is not found.
import { firstPage, type Pages } from '../../parts/reading.ts';
import { type Api, ApiError } from '../../session/api.ts';
import type { ShownSubscription, User, UserSession } from '../wire.ts';

/** A local account, what is known of the feed, or both. */
export interface PersonSeen {
  readonly id: string;
  readonly name: string;
  readonly local: User | null;
}

export interface Devices extends Pages<ShownSubscription> {
  readonly user: { readonly id: string; readonly name: string } | null;
}

export async function readDevices(api: Api, id: string): Promise<Devices> {
  const path = `admin/users/${encodeURIComponent(id)}/subscriptions`;
  try {
    const answer = await api.get<{ user: Devices['user']; value: ShownSubscription[] }>(path);
    return { user: answer.user, rows: answer.value, nextLink: null };
  } catch (error) {
    // A local user who has never called has no devices.
    if (isNotFound(error)) return { user: null, rows: [], nextLink: null };
    throw error;
  }
}

export async function readPerson(api: Api, id: string, devices: Promise<Devices>): Promise<PersonSeen> {
  const [local, { user }] = await Promise.all([
    api.get<User>(`admin/users/${encodeURIComponent(id)}`).catch((error: unknown) => {
      // Of another issuer, when there are devices.
      if (isNotFound(error)) return null;
      throw error;
    }),
    devices,
  ]);
  if (local) return { id: local.id, name: local.name, local };
  if (user) return { ...user, local: null };
  throw new ApiError({ status: 404, code: 'itemNotFound', message: '', requestId: null });
}

export function readSessions(api: Api, id: string): Promise<Pages<UserSession>> {
  const path = `admin/users/${encodeURIComponent(id)}/sessions`;
  return firstPage<UserSession>(api, path).catch((error: unknown) => {
    if (isNotFound(error)) return { rows: [], nextLink: null };
    throw error;
  });
}

function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
