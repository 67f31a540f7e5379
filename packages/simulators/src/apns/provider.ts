// Apple Push Notification service: `POST /3/device/{token}` over HTTP/2, with a provider token. Answers 200 with an
// `apns-id` and no body, or Apple's own errors (errors.ts).
import { randomUUID } from 'node:crypto';
import type { AnswerContext, GivenAnswer, Provider, ReceivedRequest } from '../simulator.ts';
import { type ApnsReason, apnsError, apnsRefusal } from './errors.ts';
import type { ApnsEnvironment, ApnsKey } from './key.ts';
import { ProviderTokens } from './provider-token.ts';
import { judgeHeaders, judgePayload, judgeTopic } from './request-rules.ts';

const devicePath = /^\/3\/device\/([^/?]*)$/;
/** For the guide: any other of that form is taken as well. */
const exampleToken = 'ab'.repeat(32);
const twentyMinutesMs = 20 * 60_000;

/** What is known of a device token; a token that nothing is known of is good for every topic. */
export interface ApnsDevice {
  readonly topic?: string;
  readonly environment?: ApnsEnvironment;
  /** Milliseconds since 1970: since then APNs answers 410. */
  readonly unregisteredAt?: number;
}

export interface ApnsOptions {
  readonly keys: readonly ApnsKey[];
  /** Which of Apple's two this is; default production. */
  readonly environment?: ApnsEnvironment;
  readonly devices?: ReadonlyMap<string, ApnsDevice>;
  /** Bytes that a device token stands for in hex; default 32. */
  readonly tokenBytes?: number;
  /** How long a connection must keep to its provider token; default 20 minutes, 0: not checked. */
  readonly tokenUpdateIntervalMs?: number;
}

export function apnsProvider(options: ApnsOptions): Provider {
  const { keys, environment = 'production', tokenUpdateIntervalMs = twentyMinutesMs } = options;
  const tokens = new ProviderTokens({ keys, environment, tokenUpdateIntervalMs });
  return {
    name: 'apns',
    answer(request, context) {
      if (!request.path.startsWith('/3/')) return null;
      if (context.protocol !== 'HTTP/2') {
        // Apple negotiates nothing else: a client that comes with HTTP/1.1 is cut off.
        context.drop();
        return null;
      }
      const judged = judge(request, context, { ...options, environment }, tokens);
      return withId(typeof judged === 'string' ? apnsError(judged) : judged, request);
    },
    refuse: apnsRefusal,
    about: (url) => guide(url, keys[0]),
  };
}

function withId(answer: GivenAnswer, { headers }: ReceivedRequest): GivenAnswer {
  const id = headers['apns-id'] ?? randomUUID().toUpperCase();
  return { ...answer, headers: { ...answer.headers, 'apns-id': id } };
}

function judge(
  request: ReceivedRequest,
  context: AnswerContext,
  options: ApnsOptions & { readonly environment: ApnsEnvironment },
  tokens: ProviderTokens,
): GivenAnswer | ApnsReason {
  const token = devicePath.exec(request.path)?.[1];
  if (token === undefined) return 'BadPath';
  if (request.method !== 'POST') return 'MethodNotAllowed';
  const trusted = tokens.judge(request.headers.authorization, context);
  if ('reason' in trusted) return trusted.reason;
  const wrong = judgeToken(token, options.tokenBytes ?? 32) ?? judgeHeaders(request);
  if (wrong) return wrong;
  const topic = judgeTopic(request, trusted.key.topics);
  if ('reason' in topic) return topic.reason;
  const content = judgePayload(request);
  if ('reason' in content) return content.reason;
  const device = options.devices?.get(token.toLowerCase());
  const refused = device && judgeDevice(device, topic.bundleId, options.environment, context.now());
  if (refused) return refused;
  context.deliver({
    provider: 'apns',
    address: token,
    headers: apnsHeaders(request.headers),
    payload: content.payload,
  });
  return { status: 200 };
}

function judgeToken(token: string, bytes: number): ApnsReason | null {
  if (token === '') return 'MissingDeviceToken';
  return token.length === 2 * bytes && /^[0-9a-f]+$/i.test(token) ? null : 'BadDeviceToken';
}

function judgeDevice(
  { topic, environment, unregisteredAt }: ApnsDevice,
  bundleId: string,
  here: ApnsEnvironment,
  now: number,
): GivenAnswer | ApnsReason | null {
  if (environment !== undefined && environment !== here) return 'BadDeviceToken';
  if (topic !== undefined && topic !== bundleId) return 'DeviceTokenNotForTopic';
  if (unregisteredAt === undefined || unregisteredAt > now) return null;
  return apnsError('Unregistered', unregisteredAt);
}

function apnsHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('apns-')));
}

function guide(url: string, key: ApnsKey | undefined): ReturnType<Provider['about']> {
  const { teamId = '', keyId = '', privateKey = '', topics = [] } = key ?? {};
  return {
    credentialKind: 'apns',
    credentials: { teamId, keyId, privateKey, baseUrl: url },
    channel: { type: 'apns', token: exampleToken, topic: topics[0] ?? '', environment: 'production' },
  };
}
