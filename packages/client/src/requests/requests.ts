// Every call of the hub that a device makes, typed, over `fetch`: with the token, one more try with a new token after a
// 401, and each failure as a HubError. It needs nothing else of the client, so a service worker may use it alone.
import type {
  FrameValue,
  Notification,
  Receipt,
  ReceiptsAnswer,
  StatePatch,
  StateUpdate,
  StateUpdateAnswer,
  Subscription,
  SubscriptionPatch,
  SubscriptionPost,
} from '@carillon/protocol';
import { type Clock, HubClock, timeoutSignal } from '../clock.ts';
import { anySignal } from '../deferred.ts';
import { HubError, isOfNoDevice, offline, readRefusal } from './hub-error.ts';
import { type AskToken, TokenSource } from './token.ts';

export interface RequestsOptions {
  /** The hub's public URL; a path below it is kept. */
  readonly baseUrl: string;
  readonly token: AskToken;
  /** UNS-ID of this device: it gets no tap for its own changes, and the hub records what it has fetched. */
  readonly device?: string | null | undefined;
  /**
   * The hub no longer has the device's subscription: requests go without it until another is set. Without this callback
   * such requests are refused.
   */
  readonly onDeviceRefused?: (() => void) | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** Default: the device's, corrected by the hub's. */
  readonly clock?: Clock | undefined;
}

interface ListOptions {
  readonly pageSize?: number;
  readonly next?: string | null;
}

/** A page of the history; `next` is null at the end. */
export interface ListPage {
  readonly items: readonly Notification[];
  readonly next: string | null;
}

export interface DeltaPage {
  readonly values: readonly FrameValue[];
  /** Ids of those that do not ring on this device, by what the person has muted. */
  readonly silent: readonly string[];
  /** The next page, or where the next walk begins when `done`. */
  readonly cursor: DeltaCursor;
  /** The hub's count at the end of the walk; null before it. */
  readonly unreadCount: number | null;
}

export type DeltaCursor =
  | { readonly done: false; readonly skipToken: string }
  | { readonly done: true; readonly deltaToken: string };

interface Links {
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

interface Sent {
  readonly query?: Readonly<Record<string, string | number | null>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** The answer has no end, and no time limit. */
  readonly isStream?: boolean;
}

/** A request whose answer is not complete by then has failed. */
const answerMaxMs = 30_000;

const feed = 'me/notifications';
const subscriptions = 'me/notificationSubscriptions';
const segment = encodeURIComponent;
const pathOf = (id: string): string => `${feed}/${segment(id)}`;
const subscriptionPath = (id: string): string => `${subscriptions}/${segment(id)}`;

export class Requests {
  /** UNS-ID that every request carries from now on. */
  device: string | null;
  readonly #base: string;
  readonly #tokens: TokenSource;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;
  readonly #onDeviceRefused: (() => void) | null;

  constructor(options: RequestsOptions) {
    const { baseUrl, token, device = null, fetch, clock = new HubClock() } = options;
    this.device = device;
    this.#onDeviceRefused = options.onDeviceRefused ?? null;
    this.#base = `${baseUrl.replace(/\/+$/, '')}/v1.0/`;
    this.#clock = clock;
    this.#tokens = new TokenSource(token, clock);
    // A browser's `fetch` throws when it is called as a method of another object.
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** The token of the requests: to read the account from it, and for a header without fetch. */
  token(refused: string | null = null): Promise<string> {
    return this.#tokens.read(refused);
  }

  /** The history, newest first. `pageSize` is 1 to 100. */
  async list({ pageSize = 25, next = null }: ListOptions = {}): Promise<ListPage> {
    const query = { $top: pageSize, $skiptoken: next };
    const answer = await this.#json<{ value: Notification[] } & Links>('GET', feed, { query });
    return { items: answer.value, next: tokenIn(answer['@odata.nextLink'], 'skiptoken') };
  }

  get(id: string): Promise<Notification> {
    return this.#json('GET', pathOf(id));
  }

  /** One page of what changed since `cursor`; of all that is stored without one. */
  async delta(
    cursor: DeltaCursor | null,
    { top = 500, signal }: { readonly top?: number; readonly signal?: AbortSignal } = {},
  ): Promise<DeltaPage> {
    const at = cursor?.done ? { $deltatoken: cursor.deltaToken } : { $skiptoken: cursor?.skipToken ?? null };
    const answer = await this.#json<{ value: FrameValue[]; unreadCount?: number; silent?: string[] } & Links>(
      'GET',
      `${feed}/delta`,
      { query: { $top: top, ...at }, signal },
    );
    const { value: values, unreadCount = null, silent = [] } = answer;
    const skipToken = tokenIn(answer['@odata.nextLink'], 'skiptoken');
    if (skipToken !== null) return { values, unreadCount, silent, cursor: { done: false, skipToken } };
    const deltaToken = tokenIn(answer['@odata.deltaLink'], 'deltatoken') ?? '';
    return { values, unreadCount, silent, cursor: { done: true, deltaToken } };
  }

  /** Returns the notification as it is now. With an older `contentVersion` than the stored one, nothing changes. */
  updateState(id: string, patch: StatePatch): Promise<Notification> {
    return this.#json('PATCH', pathOf(id), { body: patch });
  }

  updateStates(update: StateUpdate): Promise<StateUpdateAnswer> {
    return this.#json('POST', `${feed}/updateState`, { body: update });
  }

  async delete(id: string): Promise<null> {
    await this.send('DELETE', pathOf(id));
    return null;
  }

  /** Reports what happened to notifications on this device; at most 1 000 a call. */
  receipts(receipts: readonly Receipt[]): Promise<ReceiptsAnswer> {
    return this.#json('POST', `${feed}/receipts`, { body: { receipts } });
  }

  subscribe(post: SubscriptionPost): Promise<Subscription> {
    return this.#json('POST', subscriptions, { body: post });
  }

  async subscriptions(): Promise<readonly Subscription[]> {
    return (await this.#json<{ value: Subscription[] }>('GET', subscriptions)).value;
  }

  updateSubscription(id: string, patch: SubscriptionPatch): Promise<Subscription> {
    return this.#json('PATCH', subscriptionPath(id), { body: patch });
  }

  async unsubscribe(id: string): Promise<void> {
    await this.send('DELETE', subscriptionPath(id));
  }

  /** The `applicationServerKey` that browsers subscribe with. */
  async vapidPublicKey(): Promise<string> {
    return (await this.#json<{ vapidPublicKey: string }>('GET', 'notificationKeys')).vapidPublicKey;
  }

  /** Opens one stream where headers can't be set, once, within a minute. */
  async streamTicket(signal?: AbortSignal): Promise<string> {
    return (await this.#json<{ ticket: string }>('POST', `${feed}/streamTicket`, { signal })).ticket;
  }

  /** The stream over server-sent events, open, with its body unread. */
  streamEvents(cursor: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept: 'text/event-stream' };
    return this.send('GET', `${feed}/stream`, {
      query: { $deltatoken: cursor },
      headers,
      signal,
      isStream: true,
    });
  }

  /** Where a WebSocket opens the stream. */
  streamUrl(query: Readonly<Record<string, string>>): string {
    return this.#url(`${feed}/stream`, query).replace(/^http/, 'ws');
  }

  /** Any request below the API's version; a status of 400 or above is thrown. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { device } = this;
    try {
      return await this.#sendSigned(method, path, sent);
    } catch (error) {
      const report = this.#onDeviceRefused;
      if (device === null || report === null || !isOfNoDevice(error)) throw error;
      // Nothing that the user does or sees depends on it.
      if (this.device === device) {
        this.device = null;
        report();
      }
      return this.#sendSigned(method, path, sent);
    }
  }

  async #sendSigned(method: string, path: string, sent: Sent): Promise<Response> {
    const token = await this.#tokens.read();
    const response = await this.#attempt(method, path, sent, token);
    if (response.ok) return response;
    if (response.status !== 401) throw await readRefusal(response);
    const again = await this.#attempt(method, path, sent, await this.#tokens.read(token));
    if (again.ok) return again;
    const refusal = await readRefusal(again);
    if (again.status !== 401) throw refusal;
    throw new HubError('signedOut', refusal.message, { status: 401, code: refusal.code, cause: refusal });
  }

  async #attempt(method: string, path: string, sent: Sent, token: string): Promise<Response> {
    const { query = {}, body, headers = {}, isStream = false } = sent;
    const init = {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(this.device === null ? {} : { 'x-uns-id': this.device }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: anySignal(sent.signal, isStream ? undefined : timeoutSignal(answerMaxMs)),
      // From the browser's cache the feed would never change.
      cache: 'no-store' as const,
    };
    const response = await this.#fetch(this.#url(path, query), init).catch((error: unknown) => {
      throw offline(error);
    });
    if (this.#clock instanceof HubClock) this.#clock.correct(response.headers.get('date'));
    return response;
  }

  async #json<T>(method: string, path: string, sent?: Sent): Promise<T> {
    const response = await this.send(method, path, sent);
    return response.json().catch((error: unknown) => {
      throw offline(error);
    });
  }

  #url(path: string, query: NonNullable<Sent['query']>): string {
    const given = Object.entries(query).filter(([, value]) => value !== null);
    const text = given.map(([name, value]) => `${name}=${segment(String(value))}`).join('&');
    return `${this.#base}${path}${text && `?${text}`}`;
  }
}

/**
 * Only the token of a link is used: this client may reach the hub under another URL than its public one. React Native's URL
 * has no `searchParams`.
 */
function tokenIn(link: string | undefined, name: string): string | null {
  const [, token] = link?.match(`[?&](?:\\$|%24)${name}=([^&]*)`) ?? [];
  return token === undefined ? null : decodeURIComponent(token);
}
