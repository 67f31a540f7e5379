// Pushes to Android devices through Firebase Cloud Messaging, HTTP v1, in the name of the app's own service account.
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send

import type { AppId } from '../../../model/app.ts';
import type { ChannelServices, CredentialCheck, Outcome, PushChannel, PushRequest } from '../contract.ts';
import { credentialsMissing, unansweredOutcome } from '../outcome.ts';
import type { FcmAddress } from './address.ts';
import type { FcmCredentials } from './credentials.ts';
import { addressed, type FcmPush, fcmHeaders, fcmPayload } from './payload.ts';
import { type FcmTokens, keyUnusable, openFcmTokens } from './token.ts';
import { readFcmAnswer } from './verdicts.ts';

const host = 'https://fcm.googleapis.com';

export function openFcmChannel(services: ChannelServices<FcmCredentials>): PushChannel<FcmAddress> {
  const tokens = openFcmTokens(services);
  const connected = { ...services, tokens };
  return {
    describe(push) {
      const { message, ...rest } = fcmPayload(push, services.pages);
      return { method: 'POST', headers: fcmHeaders, body: { message: JSON.parse(message) }, ...rest };
    },
    send: (push) => send(push, connected),
    check: (app) => check(app, connected),
    close: async () => tokens.close(),
  };
}

interface Connected extends ChannelServices<FcmCredentials> {
  readonly tokens: FcmTokens;
}

async function send(push: FcmPush, services: Connected): Promise<Outcome> {
  const credentials = services.credentials(push.app);
  if (!credentials) return credentialsMissing;
  const token = await services.tokens.get(credentials.serviceAccount);
  if (typeof token !== 'string') return token;
  const payload = fcmPayload(push, services.pages);
  const { truncated, dropped } = payload;
  const body = addressed(payload, push.channel.token);
  const answer = await services.transport.request({
    ...requestOf(body, { credentials, token }),
    wait: push.wait,
  });
  if ('failure' in answer) return unansweredOutcome(answer, { truncated, blame: 'provider' });
  const { line, ...read } = readFcmAnswer(answer, truncated, services.now());
  const outcome = { ...read.outcome, dropped };
  if (!line.tokenRefused) return outcome;
  // A token that had been in use for a while may just be over, which is nobody's fault; a new one must be taken.
  const isFresh = services.tokens.forget(credentials.serviceAccount, token);
  return isFresh ? outcome : { ...outcome, blame: null };
}

function requestOf(
  body: string,
  { credentials, token }: { credentials: FcmCredentials; token: string },
): PushRequest {
  const base = credentials.baseUrl?.replace(/\/+$/, '') ?? host;
  const project = encodeURIComponent(credentials.serviceAccount.project_id);
  return {
    method: 'POST',
    url: `${base}/v1/projects/${project}/messages:send`,
    headers: { ...fcmHeaders, authorization: `Bearer ${token}` },
    body,
    trusted: true,
    http2Only: base.startsWith('https:'),
  };
}

async function check(app: AppId, services: Connected): Promise<CredentialCheck> {
  const credentials = services.credentials(app);
  if (!credentials)
    return no(
      `No FCM credentials are stored: PUT /admin/apps/${app}/channels/fcm with the service account's JSON.`,
    );
  const { serviceAccount: account } = credentials;
  const token = await services.tokens.ask(account);
  if (typeof token === 'string') return dryRun(token, credentials, services);
  if (token.reason === keyUnusable)
    return no(
      'The private_key is no RSA key in PKCS #8: send the JSON file of the service account unchanged.',
    );
  if (token.blame === 'credentials')
    return no(
      `Google gives ${account.client_email} no token (${token.reason}): check that the account and its key still exist, and that this machine's clock is right, or make a new key.`,
    );
  return no(
    `The token endpoint could not be asked (${token.reason}): try again, and check that this machine reaches it.`,
  );
}

/** Sends nothing: FCM judges a push to a device that can't exist, after it has judged the project and the account. */
async function dryRun(
  token: string,
  credentials: FcmCredentials,
  { transport, now }: Connected,
): Promise<CredentialCheck> {
  const { client_email: account, project_id: project } = credentials.serviceAccount;
  const body = JSON.stringify({ validate_only: true, message: { token: 'carillon-check' } });
  const answer = await transport.request(requestOf(body, { credentials, token }));
  if ('failure' in answer)
    return no(
      `FCM could not be asked (${answer.reason}): try again, and check that this machine reaches it.`,
    );
  const { blame, reason, status } = readFcmAnswer(answer, false, now()).outcome;
  if (blame === 'credentials')
    return no(
      `FCM refuses ${account} for project ${project} (${status} ${reason}): turn on the Firebase Cloud Messaging API of that project, and give the account its role.`,
    );
  if (blame === 'provider')
    return no(`FCM could not be asked (${status} ${reason}): try again in some minutes.`);
  return {
    ok: true,
    message: `Google gives ${account} a token, and FCM takes its pushes for project ${project}.`,
  };
}

function no(message: string): CredentialCheck {
  return { ok: false, message };
}
