// What each answer of WNS and of Microsoft's token endpoints means, in one table each; the first line that fits decides.
// WNS says in headers what others say in bodies, and may drop a notification that it answers with 200.
import type { Outcome, PushResponse } from '../contract.ts';
import { answeredOutcome, ownWord, type VerdictLine } from '../outcome.ts';

export interface WnsVerdict extends VerdictLine {
  /** First and last status. */
  readonly status: readonly [number, number];
  /** What response headers must say. */
  readonly says?: Readonly<Record<string, RegExp>>;
  readonly reason?: string;
  /** The access token is at fault: not to be used again. */
  readonly tokenRefused?: true;
}

const page =
  'https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers';
const responses = `${page}#response-codes`;
const states = `${page}#x-wns-status`;
const rfc9110 = 'https://www.rfc-editor.org/rfc/rfc9110';
const rfc6749 = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2';

const ours = { verdict: 'refused', blame: 'content' } as const;
const address = { verdict: 'refused', blame: 'address' } as const;
const gone = { verdict: 'gone', blame: 'address' } as const;
const credentials = { verdict: 'retry', blame: 'credentials' } as const;
const provider = { verdict: 'retry', blame: 'provider' } as const;
const throttled = { verdict: 'throttled', blame: 'provider' } as const;

const status = 'x-wns-status';
const connection = 'x-wns-deviceconnectionstatus';
const description = 'x-wns-error-description';

export const wnsVerdicts: readonly WnsVerdict[] = [
  /** "Toast notifications will also be dropped if the device is offline": it comes back. */
  {
    status: [200, 200],
    says: { [status]: /^dropped$/i, [connection]: /^(disconnected|temp)/i },
    verdict: 'retry',
    blame: 'address',
    reason: 'deviceOffline',
    source: states,
  },
  /** "The client has explicitly rejected these notifications": its user switched them off. */
  { status: [200, 200], says: { [status]: /^dropped$/i }, ...address, reason: 'dropped', source: states },
  /** "The app server exceeded the rate limit for this specific channel." */
  {
    status: [200, 200],
    says: { [status]: /^channelthrottled$/i },
    verdict: 'throttled',
    blame: 'address',
    reason: 'channelThrottled',
    source: states,
  },
  { status: [200, 299], verdict: 'accepted', blame: null, source: responses },
  { status: [300, 399], ...address, reason: 'redirect', source: `${rfc9110}#section-15.4` },
  { status: [400, 400], ...ours, source: responses },
  { status: [401, 401], ...credentials, reason: 'tokenRefused', tokenRefused: true, source: responses },
  /** "The access token does not match the credentials of the app that requested the channel URI." */
  {
    status: [403, 403],
    verdict: 'refused',
    blame: 'credentials',
    reason: 'channelOfAnotherApp',
    source: responses,
  },
  { status: [404, 404], ...gone, source: responses },
  { status: [408, 408], ...provider, source: `${rfc9110}#section-15.5.9` },
  /** "The sending domain has been blocked": says nothing of this channel. */
  {
    status: [410, 410],
    says: { [description]: /block/i },
    ...credentials,
    reason: 'senderBlocked',
    source: responses,
  },
  { status: [410, 410], ...gone, source: responses },
  {
    status: [406, 406],
    says: { [status]: /^channelthrottled$/i },
    verdict: 'throttled',
    blame: 'address',
    reason: 'channelThrottled',
    source: states,
  },
  { status: [406, 406], ...throttled, source: responses },
  { status: [413, 413], ...ours, reason: 'tooLarge', source: responses },
  { status: [429, 429], ...throttled, source: 'https://www.rfc-editor.org/rfc/rfc6585#section-4' },
  { status: [400, 499], ...ours, source: responses },
  { status: [100, 999], ...provider, source: responses },
];

/** Of the token endpoints: https://login.live.com/accesstoken.srf and Entra's. */
export const tokenVerdicts: readonly WnsVerdict[] = [
  /** Without an access token in it, else it would not be asked: not a token endpoint. */
  { status: [200, 399], ...credentials, reason: 'noAccessToken', source: rfc6749 },
  { status: [408, 408], ...provider, source: `${rfc9110}#section-15.5.9` },
  { status: [429, 429], ...throttled, source: 'https://www.rfc-editor.org/rfc/rfc6585#section-4' },
  { status: [400, 499], ...credentials, source: rfc6749 },
  { status: [100, 999], ...provider, source: `${rfc9110}#section-15.6` },
];

export interface WnsAnswer {
  readonly outcome: Outcome;
  readonly line: WnsVerdict;
}

export function readWnsAnswer(response: PushResponse, truncated: boolean, now: number): WnsAnswer {
  const line = lineOf(wnsVerdicts, response);
  const reason = line.verdict === 'accepted' ? null : (line.reason ?? `HTTP ${response.status}`);
  return { line, outcome: answeredOutcome({ line, response, reason, truncated, now }) };
}

/** An answer of a token endpoint that holds no token. */
export function readTokenRefusal(response: PushResponse, now: number): Outcome {
  const line = lineOf(tokenVerdicts, response);
  const word = line.reason ?? errorOf(response.body) ?? `HTTP ${response.status}`;
  return answeredOutcome({ line, response, reason: `token: ${word}`, truncated: false, now });
}

function lineOf(table: readonly WnsVerdict[], { status: given, headers }: PushResponse): WnsVerdict {
  const line = table.find(
    ({ status: [first, last], says = {} }) =>
      first <= given &&
      given <= last &&
      Object.entries(says).every(([name, form]) => form.test(headers[name] ?? '')),
  );
  return line ?? table.at(-1)!;
}

/** OAuth's `error`, such as `invalid_client`. */
function errorOf(body: string): string | null {
  try {
    return ownWord((JSON.parse(body) as { error?: unknown } | null)?.error);
  } catch {
    return null;
  }
}
