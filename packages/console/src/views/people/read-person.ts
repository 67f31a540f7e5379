// What is known of a person of any issuer, of whom the hub holds something: the account where it is local, how much is stored, the
// devices, and where the person is signed in. Somebody without a feed has no devices.
import { firstPage, type Pages } from '../../parts/reading.ts';
import { type Api, ApiError } from '../../session/api.ts';
import type { Person, ShownSubscription, UserSession } from '../wire.ts';

const pathOf = (id: string): string => `admin/users/${encodeURIComponent(id)}`;

export function readPerson(api: Api, id: string): Promise<Person> {
  return api.get<Person>(pathOf(id));
}

export function readDevices(api: Api, id: string): Promise<Pages<ShownSubscription>> {
  return orNone(firstPage<ShownSubscription>(api, `${pathOf(id)}/subscriptions`));
}

export function readSessions(api: Api, id: string): Promise<Pages<UserSession>> {
  return orNone(firstPage<UserSession>(api, `${pathOf(id)}/sessions`));
}

function orNone<T>(pages: Promise<Pages<T>>): Promise<Pages<T>> {
  return pages.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return { rows: [], nextLink: null };
    throw error;
  });
}
