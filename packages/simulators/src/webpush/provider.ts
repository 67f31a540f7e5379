// An RFC 8030 push service with its browsers at the other end: takes a message for a subscription, checks head and
// sender as the large services do, and decrypts it as the browser would. Paths: /push/{id}, and POST /push/subscribe,
// which does over HTTP what `subscribe` does in the process.
import { randomBytes } from 'node:crypto';
import type { AnswerContext, GivenAnswer, Provider, ReceivedRequest, Refusal } from '../simulator.ts';
import { type Browser, makeBrowser } from './browser.ts';
import { readMessageHead } from './message-head.ts';
import { type VapidFault, VapidVerifier } from './vapid.ts';

export interface WebPushOptions {
  /** `sample` decrypts every hundredth message, for load measurements; the others have the payload `{ sampled: false }`. */
  readonly decrypt?: 'all' | 'sample';
}

interface SubscribeOptions {
  /** Scheme, host and port under which senders reach the simulator. */
  readonly origin: string;
  /** VAPID public key, base64url; without it any sender may push. */
  readonly applicationServerKey?: string;
  /** Default: one with fresh keys. */
  readonly browser?: Browser;
}

/** What `PushSubscription.toJSON()` gives in a browser. */
export interface WebPushSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface WebPushProvider extends Provider {
  readonly name: 'webpush';
  subscribe(options: SubscribeOptions): WebPushSubscription;
  /** The user took the permission back: 410 from now on. Throws for an unknown endpoint. */
  expire(endpoint: string): void;
}

interface Subscription {
  readonly endpoint: string;
  readonly origin: string;
  readonly applicationServerKey: string | null;
  readonly browser: Browser;
  expired: boolean;
}

type Fault = VapidFault | { readonly status: number; readonly message: string };

const sampleEvery = 100;

export function webPushProvider({ decrypt = 'all' }: WebPushOptions = {}): WebPushProvider {
  const subscriptions = new Map<string, Subscription>();
  const vapid = new VapidVerifier();
  let taken = 0;
  const decrypts = (): boolean => {
    taken += 1;
    return decrypt === 'all' || taken % sampleEvery === 1;
  };

  function subscribe({ origin, applicationServerKey, browser = makeBrowser() }: SubscribeOptions) {
    const id = randomBytes(24).toString('base64url');
    const endpoint = `${origin}/push/${id}`;
    const key = applicationServerKey === undefined ? null : toBase64url(applicationServerKey);
    subscriptions.set(id, { endpoint, origin, applicationServerKey: key, browser, expired: false });
    return { endpoint, keys: browser.keys };
  }

  function answer(request: ReceivedRequest, context: AnswerContext) {
    const path = request.path.split('?', 1)[0] ?? '';
    if (!path.startsWith('/push/')) return null;
    if (request.method !== 'POST') return refusal({ status: 405, message: 'Only POST is allowed' });
    const id = path.slice('/push/'.length);
    if (id === 'subscribe') return subscribeOverHttp(request, subscribe);
    const subscription = subscriptions.get(id);
    if (!subscription) return refusal({ status: 404, message: 'There is no such subscription' });
    if (subscription.expired) return refuse({ kind: 'gone' });
    return push({ subscription, request, context, vapid, decrypts });
  }

  return {
    name: 'webpush',
    answer,
    refuse,
    subscribe,
    expire(endpoint) {
      const subscription = subscriptions.get(endpoint.slice(endpoint.lastIndexOf('/') + 1));
      if (!subscription) throw new Error(`no subscription has the endpoint ${endpoint}`);
      subscription.expired = true;
    },
    about: (url) => ({
      credentialKind: null,
      credentials: {},
      channel: { type: 'webPush', ...subscribe({ origin: new URL(url).origin }) },
    }),
  };
}

interface Push {
  readonly subscription: Subscription;
  readonly request: ReceivedRequest;
  readonly context: AnswerContext;
  readonly vapid: VapidVerifier;
  /** Asked once for each message that is taken. */
  readonly decrypts: () => boolean;
}

function push({ subscription, request, context, vapid, decrypts }: Push): GivenAnswer {
  const { origin: audience, applicationServerKey, endpoint, browser } = subscription;
  const demand = { audience, applicationServerKey, now: context.now() };
  const fault = vapid.judge(request.headers.authorization, demand);
  if (fault) return refusal(fault);
  const head = readMessageHead(request);
  if ('status' in head) return refusal(head);
  const { ttlSeconds, urgency, topic } = head;
  context.deliver({
    provider: 'webpush',
    address: endpoint,
    headers: { ttl: String(ttlSeconds), urgency, ...(topic === null ? {} : { topic }) },
    payload: decrypts() ? readPayload(browser, request.body) : { sampled: false },
  });
  return accepted(subscription, ttlSeconds);
}

/** Of either alphabet, with or without padding. */
function toBase64url(key: string): string {
  return Buffer.from(key, 'base64').toString('base64url');
}

/** The payload as the page's code gets it: JSON when it is that, else text; null for a message without a body. */
function readPayload(browser: Browser, body: Buffer): unknown {
  if (body.length === 0) return null;
  const text = browser.decrypt(body)?.toString('utf8');
  if (text === undefined) return { undecryptable: true };
  return parseJson(text) ?? text;
}

/** Body, all optional: `{ "origin", "applicationServerKey" }`; answers with the subscription. */
function subscribeOverHttp(
  { authority, body }: ReceivedRequest,
  subscribe: (options: SubscribeOptions) => WebPushSubscription,
): GivenAnswer {
  const wish = body.length === 0 ? {} : parseJson(body.toString('utf8'));
  if (typeof wish !== 'object' || wish === null)
    return refusal({ status: 400, message: 'The body is no JSON' });
  const { origin = `https://${authority}`, applicationServerKey } = wish as Record<string, unknown>;
  if (typeof origin !== 'string' || !['string', 'undefined'].includes(typeof applicationServerKey)) {
    return refusal({ status: 400, message: 'origin and applicationServerKey are strings' });
  }
  const key = applicationServerKey as string | undefined;
  return json(201, subscribe({ origin, ...(key === undefined ? {} : { applicationServerKey: key }) }));
}

function accepted({ origin }: Subscription, ttlSeconds: number): GivenAnswer {
  const location = `${origin}/push/messages/${randomBytes(12).toString('base64url')}`;
  return { status: 201, headers: { location, ttl: String(ttlSeconds) } };
}

function refuse(wanted: Refusal): GivenAnswer {
  if (wanted.kind === 'gone') return refusal({ status: 410, message: 'The subscription has expired' });
  const { status, reason, retryAfterSeconds } = wanted;
  const { body = '', headers } = refusal({ status, message: reason ?? usualReason(status) });
  const retry = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status, headers: { ...headers, ...retry }, body };
}

function refusal({ status, message }: Fault): GivenAnswer {
  const { body = '', headers } = json(status, { code: status, message });
  return {
    status,
    headers: { ...headers, ...(status === 401 ? { 'www-authenticate': 'vapid' } : {}) },
    body,
  };
}

function usualReason(status: number): string {
  if (status === 429) return 'Too many requests';
  return status >= 500 ? 'The service is not available' : 'The message is refused';
}

function json(status: number, body: unknown): GivenAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
