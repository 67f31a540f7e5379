// What each answer of APNs means: the whole table of Apple's page, by its reason. What a device chose when it
// registered (token, topic, environment) never costs more than its own pushes, or one device could stop an app's
// pushes to all others. An address ends only for what Apple says of the device.
import type { Outcome, PushResponse } from '../contract.ts';
import { answeredOutcome, ownWord, type VerdictLine } from '../outcome.ts';

export interface ApnsVerdict extends VerdictLine {
  readonly status: number;
  /** The provider token is at fault: not to be used again. */
  readonly tokenRefused?: true;
}

const responses =
  'https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns';
const broadcasts =
  'https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns';

const ours = { verdict: 'refused', blame: 'content', source: responses } as const;
const gone = { verdict: 'gone', blame: 'address', source: responses } as const;
const address = { verdict: 'refused', blame: 'address', source: responses } as const;
/** An answer to one push that Apple gives for all when the key or the topics are another app's: it ends no address. */
const app = { verdict: 'refused', blame: 'credentials', source: responses } as const;
const key = { verdict: 'retry', blame: 'credentials', source: responses } as const;
const provider = { verdict: 'retry', blame: 'provider', source: responses } as const;

export const apnsVerdicts = {
  BadCollapseId: { status: 400, ...ours },
  /** Not a token of this environment, nor will it become one. */
  BadDeviceToken: { status: 400, ...gone },
  BadExpirationDate: { status: 400, ...ours },
  BadMessageId: { status: 400, ...ours },
  BadPriority: { status: 400, ...ours },
  BadTopic: { status: 400, ...address },
  DeviceTokenNotForTopic: { status: 400, ...app },
  DuplicateHeaders: { status: 400, ...ours },
  IdleTimeout: { status: 400, ...provider },
  InvalidPushType: { status: 400, ...ours },
  MissingDeviceToken: { status: 400, ...address },
  MissingTopic: { status: 400, ...address },
  PayloadEmpty: { status: 400, ...ours },
  TopicDisallowed: { status: 400, ...app },
  BadCertificate: { status: 403, ...key },
  BadCertificateEnvironment: { status: 403, ...key },
  ExpiredProviderToken: { status: 403, ...key, tokenRefused: true },
  Forbidden: { status: 403, ...ours },
  InvalidProviderToken: { status: 403, ...key, tokenRefused: true },
  MissingProviderToken: { status: 403, ...key },
  /** The connection began with another key: over a new one it works. */
  UnrelatedKeyIdInToken: { status: 403, verdict: 'retry', blame: 'address', source: responses },
  /** The key is for production or sandbox alone, and the device registered for the other. */
  BadEnvironmentKeyIdInToken: { status: 403, verdict: 'retry', blame: 'address', source: responses },
  /** Seen in answers in place of the former, and documented nowhere. */
  BadEnvironmentKeyInToken: {
    status: 403,
    verdict: 'retry',
    blame: 'address',
    source: 'https://github.com/swift-server-community/APNSwift/pull/229',
  },
  BadPath: { status: 404, ...address },
  MethodNotAllowed: { status: 405, ...ours },
  ExpiredToken: { status: 410, ...gone },
  Unregistered: { status: 410, ...gone },
  PayloadTooLarge: { status: 413, ...ours },
  TooManyProviderTokenUpdates: { status: 429, verdict: 'throttled', blame: 'credentials', source: responses },
  /** Counted for one device token. */
  TooManyRequests: { status: 429, verdict: 'throttled', blame: 'address', source: responses },
  InternalServerError: { status: 500, ...provider },
  ServiceUnavailable: { status: 503, ...provider },
  Shutdown: { status: 503, ...provider },
  FeatureNotEnabled: { status: 400, ...ours, source: broadcasts },
  MissingChannelId: { status: 400, ...ours, source: broadcasts },
  BadChannelId: { status: 400, ...ours, source: broadcasts },
  ChannelNotRegistered: { status: 400, ...ours, source: broadcasts },
  BadRequestParams: { status: 400, ...ours, source: broadcasts },
  BadRequestPayload: { status: 400, ...ours, source: broadcasts },
  MissingPushType: { status: 400, ...ours, source: broadcasts },
  CannotCreateChannelConfig: { status: 400, ...ours, source: broadcasts },
  TopicMismatch: { status: 403, ...address, source: broadcasts },
} as const satisfies Record<string, ApnsVerdict>;

export type ApnsReason = keyof typeof apnsVerdicts;

/** An answer without a reason of the table. */
function unknownVerdict(status: number): ApnsVerdict {
  if (status >= 200 && status < 300) return { status, verdict: 'accepted', blame: null, source: responses };
  if (status === 410) return { status, ...gone };
  if (status === 401 || status === 403) return { status, ...key };
  if (status === 429) return { status, verdict: 'throttled', blame: 'provider', source: responses };
  return { status, ...(status >= 400 && status < 500 ? ours : provider) };
}

export interface ApnsAnswer {
  readonly outcome: Outcome;
  readonly line: ApnsVerdict;
}

export interface ApnsAsked {
  readonly truncated: boolean;
  /** When the device registered. */
  readonly registeredAt: number;
  readonly now: number;
}

export function readApnsAnswer(
  response: PushResponse,
  { truncated, registeredAt, now }: ApnsAsked,
): ApnsAnswer {
  const reason = response.status === 200 ? null : reasonOf(response.body);
  const known = isKnown(reason) ? apnsVerdicts[reason] : unknownVerdict(response.status);
  const line = isOlder(response, registeredAt) ? { ...known, ...address } : known;
  const word = reason ?? (line.verdict === 'accepted' ? null : `HTTP ${response.status}`);
  return { line, outcome: answeredOutcome({ line, response, reason: word, truncated, now }) };
}

/** The device was last known to be gone before it registered: Apple says to push again to what registered since. */
function isOlder({ status, body }: PushResponse, registeredAt: number): boolean {
  if (status !== 410) return false;
  const { timestamp } = readBody(body);
  return typeof timestamp === 'number' && timestamp < registeredAt;
}

function isKnown(reason: string | null): reason is ApnsReason {
  return reason !== null && Object.hasOwn(apnsVerdicts, reason);
}

function reasonOf(body: string): string | null {
  return ownWord(readBody(body).reason);
}

function readBody(body: string): { readonly reason?: unknown; readonly timestamp?: unknown } {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}
