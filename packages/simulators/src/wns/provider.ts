// WNS with its devices at the other end: takes a notification for a channel, checks token, head and content as
// Microsoft documents them, and answers with the documented headers. Paths: the token endpoints (token-endpoint.ts),
// /wns/{id}?token=…, and POST /wns/channels, which does over HTTP what `makeChannel` does in the process.
import type { AnswerContext, GivenAnswer, Provider, ReceivedRequest, Refusal } from '../simulator.ts';
import { answerOf, type Said } from './answer.ts';
import { type Channel, Channels, type DeviceConnection, type WnsChannelOptions } from './channels.ts';
import { readContent } from './content.ts';
import { readNotificationHead, readRemovalMatch } from './notification-head.ts';
import { TokenEndpoint, type WnsApp } from './token-endpoint.ts';

export interface WnsOptions {
  /** Default: `storeApp` and `entraApp`. One that is named again has another secret too. The first one is the app of a channel that names none. */
  readonly apps?: readonly WnsApp[];
  /** Of access tokens; default a day. */
  readonly accessTokenSeconds?: number;
}

export interface WnsProvider extends Provider {
  readonly name: 'wns';
  /** A fresh channel URI, as a device's app registers it. Throws for an unknown app. */
  makeChannel(options: WnsChannelOptions): string;
  /** 410 from now on. */
  expire(channelUri: string): void;
  /** What `X-WNS-RequestForStatus` is told; `disconnected` drops what is not cached. */
  connect(channelUri: string, connection: DeviceConnection): void;
  /** Every token given so far is answered with 401 from now on. */
  revokeTokens(): void;
}

interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
  readonly dropped: boolean;
}

export const storeApp: WnsApp = {
  clientId: 'ms-app://s-1-15-2-1004590962-2030174093-3031498163-3160219093-1712160311-1283404131-2937226571',
  clientSecret: 'store-app-secret',
  tenant: null,
};
export const entraApp: WnsApp = {
  clientId: '6f0a3f35-4f5e-4f0d-9a53-0d3e5a3f7c11',
  clientSecret: 'entra-app-secret',
  tenant: 'd3b0f7c8-5c1e-4f0a-8a39-6f6f0b7a2e42',
};

const daySeconds = 24 * 60 * 60;

export function wnsProvider(options: WnsOptions = {}): WnsProvider {
  const { apps = [storeApp, entraApp], accessTokenSeconds = daySeconds } = options;
  const tokens = new TokenEndpoint(apps, accessTokenSeconds);
  const channels = new Channels(apps);
  return {
    name: 'wns',
    answer(request, context) {
      const issued = tokens.answer(request, context.now());
      if (issued) return issued;
      if (!request.path.startsWith('/wns/')) return null;
      if (request.path === '/wns/channels') return makeChannelOverHttp(request, channels);
      const channel = channels.find(request.path);
      if (!channel) return answerOf(request, { status: 404, description: 'The channel URI is not valid' });
      const fault = faultOfMethod(channel, request) ?? faultOfCaller(request, channel, tokens, context.now());
      return fault ? answerOf(request, fault) : notify(channel, request, context);
    },
    refuse,
    makeChannel: (wish) => channels.make(wish).uri,
    expire: (uri) => {
      channels.named(uri).expired = true;
    },
    connect: (uri, connection) => {
      channels.named(uri).connection = connection;
    },
    revokeTokens: () => tokens.revokeTokens(),
    about: (url) => guide(new URL(url).origin, channels, apps[0]),
  };
}

function guide(origin: string, channels: Channels, app: WnsApp | undefined): ReturnType<Provider['about']> {
  const { clientId = '', clientSecret = '', tenant = null } = app ?? {};
  const tokenUrl = origin + (tenant === null ? '/accesstoken.srf' : `/${tenant}/oauth2/v2.0/token`);
  return {
    credentialKind: 'wns',
    credentials: { clientId, clientSecret, tokenUrl },
    channel: { type: 'wns', channelUri: channels.make({ origin }).uri },
  };
}

/** Null when the caller may push to that channel. */
function faultOfCaller(
  { headers }: ReceivedRequest,
  channel: Channel,
  tokens: TokenEndpoint,
  now: number,
): Said | null {
  const token = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return { status: 401, description: 'Authorization is missing or no Bearer token' };
  const state = tokens.look(token, now);
  if (state === 'expired') return { status: 401, description: 'Token expired' };
  if (state === 'unknown') return { status: 401, description: 'Token invalid' };
  if (state.app.clientId === channel.app) return null;
  return { status: 403, description: 'Channel URL incompatible with caller app' };
}

function notify(channel: Channel, request: ReceivedRequest, context: AnswerContext): GivenAnswer {
  if (channel.expired) return answerOf(request, { status: 410, description: 'The channel expired' });
  const delivery = request.method === 'DELETE' ? readRemoval(request) : readNotification(channel, request);
  if ('status' in delivery) return answerOf(request, delivery);
  const { headers, payload, dropped } = delivery;
  if (!dropped) context.deliver({ provider: 'wns', address: channel.uri, headers, payload });
  const said = { status: 200, description: null, dropped, connection: channel.connection };
  return answerOf(request, said);
}

function readNotification(channel: Channel, request: ReceivedRequest): Delivery | Said {
  const head = readNotificationHead(request, channel.removable);
  if ('status' in head) return head;
  const content = readContent(head.type, request.body);
  if ('fault' in content) return { status: 400, description: content.fault };
  return {
    headers: notificationHeaders(request),
    payload: 'raw' in content ? content.raw : content,
    dropped: channel.connection === 'disconnected' && !head.cached,
  };
}

function readRemoval(request: ReceivedRequest): Delivery | Said {
  const removed = readRemovalMatch(request);
  if ('status' in removed) return removed;
  return { headers: notificationHeaders(request), payload: { removed }, dropped: false };
}

/** What reaches the device, and what WNS acts on; never the token. */
function notificationHeaders({ headers }: ReceivedRequest): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^(x-wns-|content-type$|ms-cv$)/.test(name));
  return Object.fromEntries(kept);
}

function faultOfMethod({ removable }: Channel, { method }: ReceivedRequest): Said | null {
  if (method === 'POST' || (method === 'DELETE' && removable)) return null;
  return { status: 405, description: `${method} is not allowed for this channel` };
}

/** Puts a script's refusal into the words of WNS: a throttled sender gets 406, whatever other services would say. */
function refuse(refusal: Refusal): GivenAnswer {
  if (refusal.kind === 'gone') return answerOf(null, { status: 410, description: 'The channel expired' });
  const { reason, retryAfterSeconds } = refusal;
  const status = refusal.status === 429 ? 406 : refusal.status;
  return answerOf(null, { status, description: reason, retryAfterSeconds });
}

/** Body, all optional: `{ "origin", "app", "removable" }`; answers with `{ "channelUri" }`, or 400 and what is wrong. */
function makeChannelOverHttp({ method, authority, body }: ReceivedRequest, channels: Channels): GivenAnswer {
  if (method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  const headers = { 'content-type': 'application/json' };
  try {
    const wish: Partial<WnsChannelOptions> = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    const { uri } = channels.make({ origin: `https://${authority}`, ...wish });
    return { status: 201, headers, body: JSON.stringify({ channelUri: uri }) };
  } catch (error) {
    return { status: 400, headers, body: JSON.stringify({ error: String(error) }) };
  }
}
