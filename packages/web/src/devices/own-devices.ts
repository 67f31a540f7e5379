// The hub's calls about a person's devices of all apps. Only this page makes them: a token of one app has no say in the
// others.
import type { Requests } from '@carillon/client';
import type { OwnDevice } from '@carillon/protocol';

export interface OwnDevices {
  list(): Promise<readonly OwnDevice[]>;
  rename(id: string, displayName: string | null): Promise<void>;
  /** Signs it out, where the hub can. */
  remove(id: string): Promise<void>;
}

const path = 'me/notificationDevices';

export function openOwnDevices(calls: Requests): OwnDevices {
  const pathOf = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  return {
    async list() {
      const { value }: { value: readonly OwnDevice[] } = await (await calls.send('GET', path)).json();
      return value;
    },
    async rename(id, displayName) {
      await calls.send('PATCH', pathOf(id), { body: { displayName } });
    },
    async remove(id) {
      await calls.send('DELETE', pathOf(id));
    },
  };
}
