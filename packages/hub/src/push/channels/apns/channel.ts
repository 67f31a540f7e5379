// Pushes to Apple devices through APNs, which speaks HTTP/2 alone. The host follows the subscription's environment, the
// provider token is shared by all pushes of a key, and each key has connections of its own.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns

import type { AppId } from '../../../model/app.ts';
import type {
  ChannelServices,
  CredentialCheck,
  Outcome,
  PushChannel,
  PushRequest,
  Wait,
} from '../contract.ts';
import { credentialsMissing, unansweredOutcome } from '../outcome.ts';
import type { ApnsAddress } from './address.ts';
import type { ApnsCredentials } from './credentials.ts';
import { type ApnsPayload, type ApnsPush, apnsBadge, apnsPayload } from './payload.ts';
import { type ApnsTokens, openApnsTokens } from './token.ts';
import { type ApnsAnswer, apnsVerdicts, readApnsAnswer } from './verdicts.ts';

const hosts = {
  production: 'https://api.push.apple.com',
  sandbox: 'https://api.sandbox.push.apple.com',
} as const satisfies Record<ApnsAddress['environment'], string>;

export function openApnsChannel(services: ChannelServices<ApnsCredentials>): PushChannel<ApnsAddress> {
  const tokens = openApnsTokens(services.now);
  const connected = { ...services, tokens };
  return {
    describe(push) {
      const { body, ...rest } = apnsPayload(push);
      return { method: 'POST', ...rest, body: JSON.parse(body) };
    },
    send: (push) => send(push, connected),
    check: (app) => check(app, connected),
    close: async () => tokens.close(),
  };
}

interface Connected extends ChannelServices<ApnsCredentials> {
  readonly tokens: ApnsTokens;
}

async function send(push: ApnsPush, services: Connected): Promise<Outcome> {
  const credentials = services.credentials(push.app);
  if (!credentials) return credentialsMissing;
  // It becomes a header, and a broken one must not look like a broken connection, which pauses the whole channel.
  if (!/^[\x21-\x7e]+$/.test(push.channel.topic)) return badTopic;
  const sending = { credentials, services, wait: push.wait, registeredAt: push.registeredAt };
  const badge = apnsBadge(push);
  const falling = badge && post(push.channel, badge, sending);
  const payload = apnsPayload(push);
  const answer = await post(push.channel, payload, sending);
  // What the tap beside it is answered decides; a badge that did not fall falls with the next push.
  await falling;
  const outcome = { ...('line' in answer ? answer.outcome : answer), dropped: payload.dropped };
  if (outcome.reason !== 'BadDeviceToken' || !isOfOther(push.channel.environment, credentials))
    return outcome;
  return {
    ...outcome,
    verdict: 'refused',
    blame: 'credentials',
    reason: 'BadDeviceToken: other environment',
  };
}

/** The operator's URL is Apple's host of the other environment, which takes no token of this one. */
function isOfOther(environment: ApnsAddress['environment'], { baseUrl }: ApnsCredentials): boolean {
  const other = hosts[environment === 'production' ? 'sandbox' : 'production'];
  return baseUrl !== undefined && URL.parse(baseUrl)?.hostname === new URL(other).hostname;
}

const badTopic: Outcome = {
  verdict: apnsVerdicts.BadTopic.verdict,
  status: null,
  reason: 'BadTopic',
  afterMs: null,
  unanswered: false,
  truncated: false,
  blame: apnsVerdicts.BadTopic.blame,
};

interface Sending {
  readonly credentials: ApnsCredentials;
  readonly services: Connected;
  readonly wait?: Wait | undefined;
  readonly registeredAt: number;
}

/** An outcome alone: there was no answer. */
async function post(
  channel: ApnsAddress,
  payload: ApnsPayload,
  { credentials, services, wait, registeredAt }: Sending,
): Promise<ApnsAnswer | Outcome> {
  const token = await services.tokens.get(credentials);
  if (typeof token !== 'string') return token;
  const { truncated } = payload;
  const answer = await services.transport.request({
    ...requestOf(channel, payload, { credentials, token }),
    wait,
  });
  if ('failure' in answer) return unansweredOutcome(answer, { truncated, blame: 'provider' });
  const read = readApnsAnswer(answer, { truncated, registeredAt, now: services.now() });
  if (read.line.tokenRefused) services.tokens.forget(credentials);
  return read;
}

function requestOf(
  { environment, token: device }: ApnsAddress,
  { headers, body }: ApnsPayload,
  { credentials, token }: { credentials: ApnsCredentials; token: string },
): PushRequest {
  const base = credentials.baseUrl?.replace(/\/+$/, '') ?? hosts[environment];
  return {
    method: 'POST',
    url: `${base}/3/device/${encodeURIComponent(device)}`,
    headers: { ...headers, authorization: `bearer ${token}` },
    body,
    trusted: true,
    http2Only: true,
    connection: `${credentials.teamId} ${credentials.keyId}`,
  };
}

/** APNs has no endpoint to check a token: a push to a device that can't exist shows whether the token is accepted. */
async function check(app: AppId, services: Connected): Promise<CredentialCheck> {
  const credentials = services.credentials(app);
  if (!credentials)
    return no(
      `No APNs credentials are stored: PUT /admin/apps/${app}/channels/apns with teamId, keyId, privateKey.`,
    );
  return judge(await post(nowhere, nothing, { credentials, services, registeredAt: 0 }), credentials);
}

const nowhere: ApnsAddress = {
  type: 'apns',
  token: '0'.repeat(64),
  topic: 'carillon.check',
  environment: 'production',
};

const nothing: ApnsPayload = {
  headers: {
    'apns-push-type': 'background',
    'apns-priority': '5',
    'apns-topic': nowhere.topic,
    'apns-expiration': '0',
    'content-type': 'application/json',
  },
  body: '{"aps":{"content-available":1}}',
  truncated: false,
  dropped: [],
};

function judge(answer: ApnsAnswer | Outcome, { teamId, keyId }: ApnsCredentials): CredentialCheck {
  const { verdict, blame, reason, status } = 'line' in answer ? answer.outcome : answer;
  if (!('line' in answer) && blame === 'credentials')
    return no(
      'The privateKey is no EC P-256 key in PKCS #8: send the whole text of the .p8 file, both its dashed lines included.',
    );
  // What is refused of its topic or device says that the key itself was taken.
  if (blame === 'credentials' && verdict !== 'refused')
    return no(
      `APNs answers ${status} ${reason}: check that key ${keyId} is one of team ${teamId}, is not revoked, may send pushes, and that this machine's clock is right.`,
    );
  if (blame === 'provider')
    return no(
      `APNs could not be asked (${reason}): try again, and check that this machine reaches it over HTTP/2.`,
    );
  if (reason?.startsWith('BadEnvironmentKey'))
    return {
      ok: true,
      message: `APNs takes key ${keyId}, but not for production: it reaches sandbox devices alone.`,
    };
  return { ok: true, message: `APNs takes key ${keyId} of team ${teamId}.` };
}

function no(message: string): CredentialCheck {
  return { ok: false, message };
}
