// The hub as an app service sees it. Each method is one operation of the hub, or a loop over one; what is posted can be
// repeated, since a post without a name of its own gets one.
import { randomUUID } from 'node:crypto';
import { CarillonError, errorOf } from './carillon-error.ts';
import { now, pause } from './clock.ts';
import type { Asked, AskOptions, CallOptions, Posted, PostMany } from './options.ts';
import { type Answer, pauseAfter, Requests } from './requests.ts';
import type {
  BatchRequest,
  BatchResponse,
  Notification,
  NotificationPost,
  NotificationResponse,
} from './shapes.ts';
import type { TokenSource } from './tokens.ts';

export interface CarillonOptions {
  /** The hub's public URL. */
  readonly baseUrl: string;
  /** A token, or where one comes from. */
  readonly token: string | TokenSource;
  /** How often a request is tried before its error is thrown. */
  readonly attempts?: number;
  readonly fetch?: typeof fetch;
}

const batchMax = 20;
const attemptsDefault = 5;
/** Below the minute after which some proxies give up. */
const waitSeconds = 50;

export class Carillon {
  readonly #requests: Requests;
  readonly #attempts: number;

  constructor({ baseUrl, token, attempts = attemptsDefault, fetch = globalThis.fetch }: CarillonOptions) {
    this.#attempts = attempts;
    this.#requests = new Requests({
      baseUrl: `${baseUrl.replace(/\/+$/, '')}/v1.0`,
      token: typeof token === 'string' ? () => token : token,
      attempts,
      fetch,
    });
  }

  /** Posts a notification. Without an `appNotificationId` it gets a random one, so that a repeat makes no second. */
  async post(post: NotificationPost, options: CallOptions = {}): Promise<Posted> {
    return postedOf(
      await this.#requests.send('POST', `${userPath(options)}/notifications`, {
        body: named(post),
        headers: unsHeaders(options),
        signal: options.signal,
        repeatable: true,
      }),
    );
  }

  /** Posts many, twenty a request. A post that fails is its error; the others are posted all the same. */
  async postMany(posts: readonly NotificationPost[], options: CallOptions = {}): Promise<PostMany> {
    const parts = posts.map((post) => ({
      method: 'POST' as const,
      url: `${userPath(options)}/notifications`,
      headers: { 'content-type': 'application/json', ...unsHeaders(options) },
      body: named(post),
    }));
    const ends = (await this.batch(parts, options)).map(endOf);
    // Parts are throttled one by one, in an answer that is a success.
    for (let attempt = 1; attempt < this.#attempts; attempt += 1) {
      const again = [...ends.keys()].filter((at) => isPassing(ends[at]));
      if (again.length === 0) break;
      await pause(
        Math.max(...again.map((at) => pauseAfter(ends[at] as CarillonError, attempt))),
        options.signal,
      );
      const repeated = await this.batch(
        again.map((at) => parts[at] as BatchRequest),
        options,
      );
      for (const [index, at] of again.entries()) ends[at] = endOf(repeated[index] as BatchResponse);
    }
    return ends;
  }

  /** Asks a question and waits for its answer. The notification must have an action without a `url`. */
  async ask(post: NotificationPost, options: AskOptions = {}): Promise<Asked> {
    const { timeoutSeconds, defaultActionId } = options;
    const policy = {
      ...post.responsePolicy,
      ...(timeoutSeconds === undefined ? {} : { respondByDateTime: inSeconds(timeoutSeconds) }),
      ...(defaultActionId === undefined ? {} : { defaultActionId }),
    };
    const asks = Object.keys(policy).length === 0 ? post : { ...post, responsePolicy: policy };
    const { notification } = await this.post(asks, options);
    return { id: notification.id, response: await this.waitForResponse(notification.id, options) };
  }

  /** Waits until the question is answered or its time is over, across restarts of the hub. Throws when it was removed. */
  async waitForResponse(id: string, options: CallOptions = {}): Promise<NotificationResponse> {
    for (;;) {
      const response = await this.getResponse(id, { ...options, waitSeconds });
      if (response) return response;
    }
  }

  /** The answer, or null while the question is open. */
  async getResponse(
    id: string,
    { waitSeconds: seconds = 0, ...options }: CallOptions & { readonly waitSeconds?: number } = {},
  ): Promise<NotificationResponse | null> {
    const path = `${notificationPath(id, options)}/response?waitSeconds=${seconds}`;
    const answer = await this.#read(path, options);
    return answer.status === 204 ? null : (JSON.parse(answer.text) as NotificationResponse);
  }

  async get(id: string, options: CallOptions = {}): Promise<Notification> {
    const { text } = await this.#read(notificationPath(id, options), options);
    return JSON.parse(text) as Notification;
  }

  /** Takes it back: every device drops it. One that is gone already is no error. */
  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.#requests.send('DELETE', notificationPath(id, options), {
        headers: unsHeaders(options),
        signal: options.signal,
        repeatable: true,
      });
    } catch (error) {
      if (!(error instanceof CarillonError) || error.status !== 404) throw error;
    }
  }

  /** Requests of any kind, twenty at most a request of HTTP; answers in their order. With `dependsOn` at most twenty. */
  async batch(
    requests: readonly BatchRequest[],
    { signal }: CallOptions = {},
  ): Promise<readonly BatchResponse[]> {
    if (requests.length > batchMax && requests.some(({ dependsOn }) => dependsOn))
      throw new RangeError(`at most ${batchMax} requests can depend on each other`);
    const responses: BatchResponse[] = [];
    for (let from = 0; from < requests.length; from += batchMax) {
      const parts = requests
        .slice(from, from + batchMax)
        .map((part, at) => ({ ...part, id: part.id ?? String(at) }));
      const { text } = await this.#requests.send('POST', '/$batch', {
        body: { requests: parts },
        signal,
        repeatable: parts.every(isRepeatable),
      });
      const byId = new Map(
        (JSON.parse(text) as { responses: BatchResponse[] }).responses.map((each) => [each.id, each]),
      );
      for (const { id } of parts) responses.push(byId.get(id) ?? missing(id));
    }
    return responses;
  }

  #read(path: string, options: CallOptions): Promise<Answer> {
    return this.#requests.send('GET', path, {
      headers: unsHeaders(options),
      signal: options.signal,
      repeatable: true,
    });
  }
}

function named(post: NotificationPost): NotificationPost {
  return post.appNotificationId ? post : { ...post, appNotificationId: randomUUID() };
}

function endOf({ status, headers, body }: BatchResponse): Posted | CarillonError {
  const answer = { status, headers: new Headers(headers), text: JSON.stringify(body) };
  return status >= 200 && status < 300 ? postedOf(answer) : errorOf(status, answer.headers, answer.text);
}

function isPassing(end: Posted | CarillonError | undefined): boolean {
  return end instanceof CarillonError && end.passes;
}

function postedOf({ headers, text }: Answer): Posted {
  const result = headers.get('carillon-result') as Posted['result'] | null;
  return { notification: JSON.parse(text) as Notification, result: result ?? 'created' };
}

function userPath({ user }: CallOptions): string {
  return user === undefined ? '/me' : `/users/${encodeURIComponent(user)}`;
}

function notificationPath(id: string, options: CallOptions): string {
  return `${userPath(options)}/notifications/${encodeURIComponent(id)}`;
}

function unsHeaders({ unsId }: CallOptions): Readonly<Record<string, string>> {
  return unsId === undefined ? {} : { 'x-uns-id': unsId };
}

function inSeconds(seconds: number): string {
  return new Date(now() + seconds * 1000).toISOString();
}

/** A post with a name can be repeated; so can what reads or sets. */
function isRepeatable({ method, body }: BatchRequest): boolean {
  return method !== 'POST' || (typeof body === 'object' && body !== null && 'appNotificationId' in body);
}

function missing(id: string): BatchResponse {
  return {
    id,
    status: 0,
    headers: {},
    body: { error: { code: 'unknown', message: 'the hub gave no answer to this part' } },
  };
}
