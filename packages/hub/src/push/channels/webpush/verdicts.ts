// What each answer of a push service means, in one table; the first line that fits decides. Services agree on the
// statuses of RFC 8030, and each has its own way to say that the subscription was made for another VAPID key: that one
// address is useless to this hub until its page subscribes again, and the others are not.
import type { Outcome, PushResponse } from '../contract.ts';
import { answeredOutcome, ownWord, type VerdictLine } from '../outcome.ts';

export interface WebPushVerdict extends VerdictLine {
  /** First and last status. */
  readonly status: readonly [number, number];
  /** What the body must hold. */
  readonly says?: RegExp;
  /** Our word for it; the service's own is added when it has one. */
  readonly reason?: string;
  /** The VAPID token is to blame: not to be used again. */
  readonly tokenRefused?: true;
}

const rfc8030 = 'https://www.rfc-editor.org/rfc/rfc8030';
const rfc9110 = 'https://www.rfc-editor.org/rfc/rfc9110';
const vapid = 'https://www.rfc-editor.org/rfc/rfc8292#section-4.2';
const autopush = 'https://mozilla-services.github.io/autopush-rs/errors.html';
const fcm = 'https://web.dev/articles/push-notifications-common-issues-and-reporting-bugs';
const apple =
  'https://developer.apple.com/documentation/usernotifications/sending-web-push-notifications-in-web-apps-and-browsers';

const otherKey = { verdict: 'refused', blame: 'address', reason: 'otherVapidKey' } as const;
const credentials = { verdict: 'retry', blame: 'credentials', reason: 'vapidRefused' } as const;
const provider = { verdict: 'retry', blame: 'provider' } as const;
const gone = { verdict: 'gone', blame: 'address' } as const;
const content = { verdict: 'refused', blame: 'content' } as const;

export const webPushVerdicts: readonly WebPushVerdict[] = [
  /** 201 by the RFC; 202 when receipts were asked for, 200 and 204 of smaller services. */
  { status: [200, 299], verdict: 'accepted', blame: null, source: `${rfc8030}#section-5` },
  /** Mozilla: "use the new URL provided", which a browser registers by itself; following one may lead inside. */
  { status: [300, 399], verdict: 'refused', blame: 'address', reason: 'redirect', source: autopush },
  { status: [400, 403], says: /VapidPkHashMismatch/, ...otherKey, source: apple },
  { status: [400, 403], says: /public key mismatch/i, ...otherKey, source: autopush },
  { status: [400, 403], says: /UnauthorizedRegistration/, ...otherKey, source: fcm },
  { status: [400, 403], says: /not correspond to the (credentials|sender ID)/, ...otherKey, source: fcm },
  /** Subject, audience, expiry or signature: Apple's word for all of them. */
  { status: [400, 403], says: /BadJwtToken/, ...credentials, tokenRefused: true, source: apple },
  { status: [401, 401], ...credentials, tokenRefused: true, source: autopush },
  { status: [403, 403], ...credentials, tokenRefused: true, source: vapid },
  { status: [404, 404], ...gone, source: `${rfc8030}#section-7.3` },
  { status: [410, 410], ...gone, source: autopush },
  { status: [408, 408], ...provider, source: `${rfc9110}#section-15.5.9` },
  { status: [413, 413], ...content, reason: 'tooLarge', source: `${rfc8030}#section-7.2` },
  /** Counted for one subscription, as far as any service says. */
  { status: [429, 429], verdict: 'throttled', blame: 'address', source: `${rfc8030}#section-8.4` },
  { status: [400, 499], ...content, source: `${rfc9110}#section-15.5` },
  { status: [100, 999], ...provider, source: `${rfc9110}#section-15.6` },
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

function lineOf({ status, body }: PushResponse): WebPushVerdict {
  const line = webPushVerdicts.find(
    ({ status: [first, last], says }) =>
      first <= status && status <= last && (says === undefined || says.test(body)),
  );
  return line ?? webPushVerdicts.at(-1)!;
}

function reasonOf({ reason }: WebPushVerdict, { status, body }: PushResponse): string {
  const words = [reason, wordOf(body)].filter((word) => word != null);
  return words.length > 0 ? words.join(': ') : `HTTP ${status}`;
}

/** Apple's `reason`, or Mozilla's `errno`. */
function wordOf(body: string): string | null {
  try {
    const { reason, errno } = (JSON.parse(body) ?? {}) as { reason?: unknown; errno?: unknown };
    return ownWord(reason) ?? (Number.isInteger(errno) ? `errno ${errno}` : null);
  } catch {
    return null;
  }
}
