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
import { type Clock, systemClock } from '../clock.ts';
import { HubError, isOfNoDevice, offline, readRefusal } from './hub-error.ts';
import { type AskToken, TokenSource } from './token.ts';

export interface RequestsOptions {
  /** The hub's public URL; a path below it is kept. */
  readonly baseUrl: string;
  readonly token: AskToken;
  /** UNS-ID of this device; it gets no tap for what it does itself, and the hub learns what it has fetched. */
  readonly device?: string | null | undefined;
  /**
   * The hub no longer knows the device: it goes unnamed from now on, until another one is set. Without this, what names
   * it is refused.
   */
  readonly onDeviceRefused?: (() => void) | undefined;
  readonly fetch?: typeof fetch | undefined;
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
  /** Where the walk goes on, or where the next one begins when `done`. */
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
  /** The answer goes on for as long as it is wanted. */
  readonly isStream?: boolean;
}

/** An answer that has not come whole by then is one that never will. */
const answerMaxMs = 30_000;

const feed = 'me/notifications';
const subscriptions = 'me/notificationSubscriptions';
const segment = encodeURIComponent;

export class Requests {
  /** UNS-ID that goes with every request from now on. */
  device: string | null;
  readonly #base: string;
  readonly #tokens: TokenSource;
  readonly #fetch: typeof fetch;
  readonly #onDeviceRefused: (() => void) | null;

  constructor(options: RequestsOptions) {
    const { baseUrl, token, device = null, fetch, clock = systemClock } = options;
    this.device = device;
    this.#onDeviceRefused = options.onDeviceRefused ?? null;
    this.#base = `${baseUrl.replace(/\/+$/, '')}/v1.0/`;
    this.#tokens = new TokenSource(token, clock);
    // A browser's own refuses to be called as anybody's method.
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** The token as it goes with a request: for deriving whose it is, and where a header can be set without fetch. */
  token(refused: string | null = null): Promise<string> {
    return this.#tokens.read(refused);
  }

  /** The history, newest first. `pageSize` is 1 to 100. */
  async list({ pageSize = 25, next = null }: ListOptions = {}): Promise<ListPage> {
    const query = { $top: pageSize, $skiptoken: next };
    const answer = await this.#json<{ value: Notification[] } & Links>('GET', feed, { query });
    return { items: answer.value, next: tokenIn(answer['@odata.nextLink'], '$skiptoken') };
  }

  get(id: string): Promise<Notification> {
    return this.#json('GET', `${feed}/${segment(id)}`);
  }

  /** One page of what changed since `cursor`; of all that is stored without one. */
  async delta(
    cursor: DeltaCursor | null,
    { top = 500, signal }: { readonly top?: number; readonly signal?: AbortSignal } = {},
  ): Promise<DeltaPage> {
    const at = cursor?.done ? { $deltatoken: cursor.deltaToken } : { $skiptoken: cursor?.skipToken ?? null };
    const answer = await this.#json<{ value: FrameValue[]; unreadCount?: number } & Links>(
      'GET',
      `${feed}/delta`,
      { query: { $top: top, ...at }, signal },
    );
    const { value: values, unreadCount = null } = answer;
    const skipToken = tokenIn(answer['@odata.nextLink'], '$skiptoken');
    if (skipToken !== null) return { values, unreadCount, cursor: { done: false, skipToken } };
    const deltaToken = tokenIn(answer['@odata.deltaLink'], '$deltatoken') ?? '';
    return { values, unreadCount, cursor: { done: true, deltaToken } };
  }

  /** Answers the notification as it is now: with an older `contentVersion` than the stored one nothing was changed. */
  updateState(id: string, patch: StatePatch): Promise<Notification> {
    return this.#json('PATCH', `${feed}/${segment(id)}`, { body: patch });
  }

  updateStates(update: StateUpdate): Promise<StateUpdateAnswer> {
    return this.#json('POST', `${feed}/updateState`, { body: update });
  }

  async delete(id: string): Promise<null> {
    await this.send('DELETE', `${feed}/${segment(id)}`);
    return null;
  }

  /** Deletes it as it was seen: what replaced it stays, and is answered. */
  async deleteContent(id: string, contentVersion: number): Promise<Notification | null> {
    const path = `${feed}/${segment(id)}`;
    const response = await this.send('GET', path);
    const current: Notification = await response.json();
    if (current.contentVersion > contentVersion) return current;
    try {
      await this.send('DELETE', path, { headers: { 'if-match': response.headers.get('etag') ?? '*' } });
      return null;
    } catch (error) {
      // Another change came in between: it may be another content.
      if (error instanceof HubError && error.kind === 'resourceModified')
        return this.deleteContent(id, contentVersion);
      throw error;
    }
  }

  /** What became of notifications on this device; at most 1 000 a call. */
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
    return this.#json('PATCH', `${subscriptions}/${segment(id)}`, { body: patch });
  }

  async unsubscribe(id: string): Promise<void> {
    await this.send('DELETE', `${subscriptions}/${segment(id)}`);
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

  /** Any call below the API's version; an answer of 400 or above is thrown. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { device } = this;
    try {
      return await this.#sendSigned(method, path, sent);
    } catch (error) {
      const tell = this.#onDeviceRefused;
      if (device === null || tell === null || !isOfNoDevice(error)) throw error;
      // What the user does and sees doesn't depend on it.
      if (this.device === device) {
        this.device = null;
        tell();
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
    const signals = [
      ...(sent.signal ? [sent.signal] : []),
      ...(isStream ? [] : [AbortSignal.timeout(answerMaxMs)]),
    ];
    const init = {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(this.device === null ? {} : { 'x-uns-id': this.device }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any(signals),
      // A feed that a browser answers from its cache would be one that stands still.
      cache: 'no-store' as const,
    };
    return this.#fetch(this.#url(path, query), init).catch((error: unknown) => {
      throw offline(error);
    });
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

/** Of an absolute link only the token counts: its base is the hub's public URL, which may not be how it is reached here. */
function tokenIn(link: string | undefined, name: string): string | null {
  return link === undefined ? null : new URL(link).searchParams.get(name);
}
