// The few calls that the page itself makes of the hub, beside the feed: the user's devices, and in a development hub a
// notification to oneself. A refused token is renewed once.
import type { Subscription, SubscriptionPatch, SubscriptionPost } from '@carillon/protocol';
import type { Session } from './sign-in/session.ts';

export interface HubCalls {
  devices(): Promise<readonly Subscription[]>;
  register(device: SubscriptionPost): Promise<Subscription>;
  change(id: string, patch: SubscriptionPatch): Promise<Subscription>;
  remove(id: string): Promise<void>;
  post(notification: object): Promise<void>;
}

const subscriptions = 'v1.0/me/notificationSubscriptions';

/** The calls answer with an Error whose message is for the user. */
export function openCalls(publicUrl: string, session: Session): HubCalls {
  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    const once = async (refresh: boolean): Promise<Response> => {
      const token = await session.token({ refresh });
      const authorization = { Authorization: `Bearer ${token}` };
      const json = { ...authorization, 'Content-Type': 'application/json' };
      const init =
        body === undefined ? { headers: authorization } : { headers: json, body: JSON.stringify(body) };
      return fetch(`${publicUrl}/${path}`, { method, ...init }).catch(() => {
        throw new Error('The hub can’t be reached.');
      });
    };
    const first = await once(false);
    const response = first.status === 401 ? await once(true) : first;
    if (!response.ok) throw new Error(await reasonOf(response));
    return response;
  }
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    (await send(method, path, body)).json() as Promise<T>;
  return {
    devices: async () => (await json<{ value: Subscription[] }>('GET', subscriptions)).value,
    register: (device) => json('POST', subscriptions, device),
    change: (id, patch) => json('PATCH', `${subscriptions}/${encodeURIComponent(id)}`, patch),
    async remove(id) {
      await send('DELETE', `${subscriptions}/${encodeURIComponent(id)}`);
    },
    async post(notification) {
      await send('POST', 'v1.0/me/notifications', notification);
    },
  };
}

async function reasonOf(response: Response): Promise<string> {
  const answer = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  return answer?.error?.message ?? `The hub answered ${response.status}.`;
}
