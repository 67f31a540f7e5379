// What each answer of each push service means, in one table with its source; the first line that fits decides. Services
// agree on the statuses of RFC 8030, and each has its own words beside them. A status that may be about one subscription
// is taken for that: what it costs its service is for the dispatcher to count.
import type { Outcome, PushResponse } from '../contract.ts';
import { answeredOutcome, ownWord, type VerdictLine } from '../outcome.ts';

export interface WebPushVerdict extends VerdictLine {
  /** Whose documents say so; `any`: the RFCs. Lines are found by what an answer says, never by the host. */
  readonly service: 'any' | 'Mozilla' | 'Google' | 'Apple' | 'Microsoft' | 'ntfy';
  /** First and last status. */
  readonly status: readonly [number, number];
  /** What the body must hold. */
  readonly says?: RegExp;
  /** What a header must hold. */
  readonly header?: readonly [name: string, says: RegExp];
  /** Our word for it; the service's own is added when it has one. */
  readonly reason?: string;
  /** The VAPID token is to blame: not to be used again. */
  readonly tokenRefused?: true;
  /** Sent once more in another form: without its content, or to live longer. */
  readonly again?: 'asTap' | 'longer';
}

const rfc8030 = 'https://www.rfc-editor.org/rfc/rfc8030';
const rfc9110 = 'https://www.rfc-editor.org/rfc/rfc9110';
const vapid = 'https://www.rfc-editor.org/rfc/rfc8292#section-4.2';
const mozilla = 'https://mozilla-services.github.io/autopush-rs/errors.html';
const google = 'https://web.dev/articles/push-notifications-common-issues-and-reporting-bugs';
const apple =
  'https://developer.apple.com/documentation/usernotifications/sending-web-push-notifications-in-web-apps-and-browsers';
const microsoft =
  'https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers';
/** Documented nowhere else: `TTL: 0` against its default to cache. */
const microsoftTtl = 'https://github.com/web-push-libs/pywebpush/issues/162';
const ntfy = 'https://github.com/binwiederhier/ntfy/blob/main/server/errors.go';

const otherKey = { verdict: 'refused', blame: 'address', reason: 'otherVapidKey' } as const;
const credentials = { verdict: 'retry', blame: 'credentials', reason: 'vapidRefused' } as const;
const provider = { verdict: 'retry', blame: 'provider' } as const;
const gone = { verdict: 'gone', blame: 'address' } as const;
const content = { verdict: 'refused', blame: 'content' } as const;
const throttled = { verdict: 'throttled', blame: 'address' } as const;
const any = 'any';

const wnsStatus = 'x-wns-status';

export const webPushVerdicts: readonly WebPushVerdict[] = [
  /** WNS answers 200 or 201 also to what it does not deliver. */
  {
    ...{ service: 'Microsoft', status: [200, 299], header: [wnsStatus, /^channelthrottled$/i] },
    ...{ ...throttled, reason: 'channelThrottled', source: microsoft },
  },
  {
    ...{ service: 'Microsoft', status: [200, 299], header: [wnsStatus, /^dropped$/i] },
    ...{ verdict: 'refused', blame: 'address', reason: 'dropped', source: microsoft },
  },
  /** 201 by the RFC; 202 when receipts were asked for, 200 and 204 of smaller services. */
  { service: any, status: [200, 299], verdict: 'accepted', blame: null, source: `${rfc8030}#section-5` },
  /** Mozilla: "use the new URL provided", which a browser registers by itself; following one may lead inside. */
  {
    ...{ service: 'Mozilla', status: [300, 399] },
    ...{ verdict: 'refused', blame: 'address', reason: 'redirect', source: mozilla },
  },
  { service: 'Apple', status: [400, 403], says: /VapidPkHashMismatch/, ...otherKey, source: apple },
  { service: 'Mozilla', status: [400, 403], says: /public key mismatch/i, ...otherKey, source: mozilla },
  { service: 'Google', status: [400, 403], says: /UnauthorizedRegistration/, ...otherKey, source: google },
  {
    ...{ service: 'Google', status: [400, 403], says: /not correspond to the (credentials|sender ID)/ },
    ...{ ...otherKey, source: google },
  },
  /** Subject, audience, expiry or signature: Apple's word for all of them. */
  {
    ...{ service: 'Apple', status: [400, 403], says: /BadJwtToken/ },
    ...{ ...credentials, tokenRefused: true, source: apple },
  },
  {
    ...{ service: 'Microsoft', status: [400, 400], header: ['x-wns-error-description', /ttl/i] },
    ...{ ...content, reason: 'ttlRefused', again: 'longer', source: microsoftTtl },
  },
  /** A topic that its owner has closed to others. */
  {
    ...{ service: 'ntfy', status: [401, 403], says: /"code":40[13]\d\d/ },
    ...{ verdict: 'retry', blame: 'address', reason: 'topicForbidden', source: ntfy },
  },
  { service: 'Mozilla', status: [401, 401], ...credentials, tokenRefused: true, source: mozilla },
  { service: any, status: [403, 403], ...credentials, tokenRefused: true, source: vapid },
  { service: any, status: [404, 404], ...gone, source: `${rfc8030}#section-7.3` },
  {
    ...{ service: 'Microsoft', status: [406, 406], header: [wnsStatus, /^appthrottled$/i] },
    ...{ verdict: 'throttled', blame: 'provider', reason: 'appThrottled', source: microsoft },
  },
  {
    ...{ service: 'Microsoft', status: [406, 406] },
    ...{ ...throttled, reason: 'channelThrottled', source: microsoft },
  },
  { service: any, status: [408, 408], ...provider, source: `${rfc9110}#section-15.5.9` },
  { service: 'Mozilla', status: [410, 410], ...gone, source: mozilla },
  /** Mozilla's constrained devices take less than the 4 096 bytes of section 7.2. */
  {
    ...{ service: 'Mozilla', status: [413, 413] },
    ...{ ...content, reason: 'tooLarge', again: 'asTap', source: mozilla },
  },
  /** Counted for one subscription, as far as any service says. */
  { service: any, status: [429, 429], ...throttled, source: `${rfc8030}#section-8.4` },
  { service: any, status: [400, 499], ...content, source: `${rfc9110}#section-15.5` },
  /** "cannot publish to UnifiedPush topic without previously active subscriber": its device has not come back yet. */
  {
    ...{ service: 'ntfy', status: [507, 507], says: /"code":507\d\d/ },
    ...{ verdict: 'retry', blame: 'address', reason: 'noSubscriber', source: ntfy },
  },
  { service: any, status: [100, 999], ...provider, source: `${rfc9110}#section-15.6` },
];

export interface WebPushAnswer {
  readonly outcome: Outcome;
  readonly line: WebPushVerdict;
}

export function readWebPushAnswer(response: PushResponse, truncated: boolean, now: number): WebPushAnswer {
  const line = lineOf(response);
  const reason = line.verdict === 'accepted' ? null : reasonOf(line, response);
  return { line, outcome: answeredOutcome({ line, response, reason, truncated, now }) };
}

function lineOf({ status, headers, body }: PushResponse): WebPushVerdict {
  const line = webPushVerdicts.find(
    ({ status: [first, last], says, header }) =>
      first <= status &&
      status <= last &&
      (says === undefined || says.test(body)) &&
      (header === undefined || header[1].test(headers[header[0]] ?? '')),
  );
  return line ?? webPushVerdicts.at(-1)!;
}

function reasonOf({ reason }: WebPushVerdict, { status, body }: PushResponse): string {
  const words = [reason, wordOf(body)].filter((word) => word != null);
  return words.length > 0 ? words.join(': ') : `HTTP ${status}`;
}

/** Apple's `reason`, or Mozilla's `errno`, or ntfy's `code`. */
function wordOf(body: string): string | null {
  try {
    const { reason, errno } = (JSON.parse(body) ?? {}) as { reason?: unknown; errno?: unknown };
    return ownWord(reason) ?? (Number.isInteger(errno) ? `errno ${errno}` : null);
  } catch {
    return null;
  }
}
