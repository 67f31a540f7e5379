// Pushes to Windows devices through WNS. The channel URI was given by the device, so that it is never trusted; the
// access token is the app's. A state change wakes the app's client with a tap and takes the toasts away by itself.
// https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers

import type { AppId } from '../../../model/app.ts';
import type { ChannelServices, CredentialCheck, Outcome, PushChannel } from '../contract.ts';
import { answeredOutcome, credentialsMissing, unansweredOutcome } from '../outcome.ts';
import type { WnsAddress } from './address.ts';
import type { WnsCredentials } from './credentials.ts';
import {
  removals,
  suppressPopup,
  type WnsPayload,
  type WnsPush,
  withPopup,
  wnsBadge,
  wnsPayload,
} from './payload.ts';
import { isStoreApp, openWnsTokens, type WnsTokens } from './token.ts';
import { readWnsAnswer, type WnsAnswer } from './verdicts.ts';

export function openWnsChannel(services: ChannelServices<WnsCredentials>): PushChannel<WnsAddress> {
  const tokens = openWnsTokens(services);
  const connected = {
    ...services,
    tokens,
    unremovable: new Map<AppId, number>(),
    popping: new Map<AppId, number>(),
  };
  return {
    describe(push) {
      const { body, ...rest } = wnsPayload(push);
      const isToast = rest.headers['x-wns-type'] === 'wns/toast';
      return { method: 'POST', ...rest, body: isToast ? body : JSON.parse(body) };
    },
    send: (push) => send(push, connected),
    check: (app) => check(app, connected),
    close: async () => tokens.close(),
  };
}

interface Connected extends ChannelServices<WnsCredentials> {
  readonly tokens: WnsTokens;
  /** Apps whose channels take no DELETE, and until when that is remembered. */
  readonly unremovable: Map<AppId, number>;
  /** Apps whose channels take no toast without a popup, and until when that is remembered. */
  readonly popping: Map<AppId, number>;
}

/** Microsoft documents both for some devices only: the others are not asked again all the time. */
const rememberedMs = 24 * 60 * 60 * 1000;

async function send(push: WnsPush, services: Connected): Promise<Outcome> {
  const credentials = services.credentials(push.app);
  if (!credentials) return credentialsMissing;
  if (!URL.canParse(push.channel.channelUri)) return channelUnusable;
  const token = await services.tokens.get(push.app, credentials);
  if (typeof token !== 'string') return token;
  const removing = removeToasts(push, token, services);
  const { answer, dropped } = await postContent(push, token, services);
  const outcome = 'line' in answer ? judge(push.app, token, answer, services) : answer;
  const badge = outcome.verdict === 'accepted' ? wnsBadge(push) : null;
  // What the notification beside it was answered decides; a badge that did not change does so with the next push.
  if (badge) await post(push, { method: 'POST', ...badge, token }, services);
  return (await removing) ?? { ...outcome, dropped };
}

interface Posted {
  readonly answer: WnsAnswer | Outcome;
  readonly dropped: WnsPayload['dropped'];
}

/** A toast that may not pop up is sent once more as one that does, where the channel refuses the first. */
async function postContent(push: WnsPush, token: string, services: Connected): Promise<Posted> {
  const { popping, now } = services;
  const quiet = wnsPayload(push);
  const send = async (payload: WnsPayload): Promise<Posted> => {
    const answer = await post(push, { method: 'POST', ...payload, token }, services);
    return { answer, dropped: payload.dropped };
  };
  if (quiet.headers[suppressPopup] === undefined) return send(quiet);
  if ((popping.get(push.app) ?? 0) > now()) return send(withPopup(quiet));
  const first = await send(quiet);
  if (statusOf(first) !== 400) return first;
  const second = await send(withPopup(quiet));
  if (statusOf(second) === 200) popping.set(push.app, now() + rememberedMs);
  return second;
}

function statusOf({ answer }: Posted): number | null {
  return 'line' in answer ? answer.outcome.status : answer.status;
}

const channelUnusable: Outcome = {
  ...answeredOutcome({
    line: { verdict: 'refused', blame: 'address' },
    response: { status: 0, headers: {}, body: '' },
    reason: 'channelUriUnusable',
    truncated: false,
    now: 0,
  }),
  status: null,
};

/** A token that had been in use for a while may just be over, which is nobody's fault; a new one must be taken. */
function judge(app: AppId, token: string, { outcome, line }: WnsAnswer, { tokens }: Connected): Outcome {
  if (!line.tokenRefused) return outcome;
  return tokens.forget(app, token) ? outcome : { ...outcome, blame: null };
}

interface Sending {
  readonly method: 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
  readonly token: string;
}

async function post(
  push: WnsPush,
  { method, headers, body, truncated, token }: Sending,
  { transport, now }: Connected,
): Promise<WnsAnswer | Outcome> {
  const answer = await transport.request({
    method,
    url: push.channel.channelUri,
    headers: { ...headers, authorization: `Bearer ${token}` },
    body,
    wait: push.wait,
    trusted: false,
    http2Only: false,
  });
  if ('failure' in answer) return unansweredOutcome(answer, { truncated, blame: 'provider' });
  return readWnsAnswer(answer, truncated, now());
}

/** Beside the tap, which says the same to the app's client: null, unless the device's channel is over or throttled. */
async function removeToasts(push: WnsPush, token: string, services: Connected): Promise<Outcome | null> {
  const { unremovable, now } = services;
  if (push.kind !== 'clear' || (unremovable.get(push.app) ?? 0) > now()) return null;
  const base = { method: 'DELETE', body: '', truncated: false, token } as const;
  const answers = await Promise.all(
    removals(push).map((match) => post(push, { ...base, headers: { 'x-wns-match': match } }, services)),
  );
  const outcomes = answers.map((answer) => ('line' in answer ? answer.outcome : answer));
  if (outcomes.some(({ status }) => status === 405)) unremovable.set(push.app, now() + rememberedMs);
  return outcomes.find(({ verdict }) => verdict === 'gone' || verdict === 'throttled') ?? null;
}

async function check(app: AppId, { credentials, tokens }: Connected): Promise<CredentialCheck> {
  const known = credentials(app);
  if (!known)
    return no(
      `No WNS credentials are stored: PUT /admin/apps/${app}/channels/wns with clientId and clientSecret.`,
    );
  const token = await tokens.ask(known);
  if (typeof token === 'string')
    return { ok: true, message: `Microsoft gives a token to ${known.clientId}.` };
  if (token.blame !== 'credentials')
    return no(
      `The token endpoint could not be asked (${token.reason}): try again, and check that this machine reaches it.`,
    );
  return no(`Microsoft gives no token (${token.status} ${token.reason}): ${advice(known)}`);
}

function advice(credentials: WnsCredentials): string {
  if (isStoreApp(credentials))
    return 'check that clientId is the package SID and clientSecret the secret of the same Store app.';
  const tenant = credentials.tokenUrl
    ? 'tokenUrl that of its directory'
    : 'give tokenUrl, https://login.microsoftonline.com/{directory id}/oauth2/v2.0/token';
  return `check that clientId is the application id, clientSecret a secret that has not expired, and ${tenant}.`;
}

function no(message: string): CredentialCheck {
  return { ok: false, message };
}
