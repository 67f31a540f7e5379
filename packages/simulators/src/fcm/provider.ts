// Firebase Cloud Messaging, HTTP v1 (`POST /v1/projects/{id}/messages:send`), with Google's token endpoint (`/token`).
// Answers `{"name": "projects/…/messages/…"}`, or Google's own errors (errors.ts).
import { randomUUID } from 'node:crypto';
import type { AnswerContext, GivenAnswer, Provider, ReceivedRequest } from '../simulator.ts';
import {
  argumentError,
  fcmError,
  fcmRefusal,
  fieldError,
  json,
  permissionDenied,
  unauthenticated,
} from './errors.ts';
import { judgeFields } from './message-fields.ts';
import { type FcmMessage, judgeMessage, targetOf } from './message-rules.ts';
import type { FcmAccount } from './service-account.ts';
import { TokenEndpoint } from './token-endpoint.ts';

const tokenPath = '/token';
const sendPath = /^\/v1\/projects\/([^/?]+)\/messages:send$/;
/** An installation's id, a colon, and what FCM signed: `d3Vx…:APA91b…`. Anything else was never given out by Firebase. */
const registrationToken = /^[\w-]{1,200}:[\w.-]{1,3800}$/;
/** What Google says today: a second less than the hour. */
const usualLifetimeSeconds = 3599;

/** Why FCM refuses a registration token; one that nothing is said of is good. */
export type FcmTokenState = 'unregistered' | 'senderIdMismatch';

export interface FcmOptions {
  readonly accounts: readonly FcmAccount[];
  readonly tokens?: ReadonlyMap<string, FcmTokenState>;
  /** Of access tokens; default 3599. */
  readonly accessTokenSeconds?: number;
}

export function fcmProvider({
  accounts,
  tokens = new Map(),
  accessTokenSeconds = usualLifetimeSeconds,
}: FcmOptions): Provider {
  const endpoint = new TokenEndpoint(accounts, accessTokenSeconds);
  return {
    name: 'fcm',
    answer(request, context) {
      const [path = ''] = request.path.split('?', 1);
      if (path === tokenPath) return endpoint.answer(request, context.now());
      const projectId = sendPath.exec(path)?.[1];
      if (projectId === undefined) return null;
      const allowed = endpoint.projectOf(request.headers.authorization, context.now());
      if (allowed === null) return unauthenticated();
      if (allowed !== projectId) return permissionDenied(projectId);
      return send(request, context, { projectId, tokens });
    },
    refuse: fcmRefusal,
    about: (url) => guide(url, accounts[0]),
  };
}

interface SendRequest {
  readonly message?: FcmMessage | null;
  readonly validate_only?: boolean;
  readonly validateOnly?: boolean;
}

interface Project {
  readonly projectId: string;
  readonly tokens: ReadonlyMap<string, FcmTokenState>;
}

function send(
  { method, body }: ReceivedRequest,
  context: AnswerContext,
  { projectId, tokens }: Project,
): GivenAnswer {
  if (method !== 'POST')
    return json(404, { error: { code: 404, status: 'NOT_FOUND', message: 'Not found' } });
  const request = readJson(body);
  const malformed = judgeFields(request);
  if (malformed) return fieldError(malformed);
  const message = request?.message ?? {};
  const dryRun = (request?.validate_only ?? request?.validateOnly) === true;
  const target = targetOf(message);
  if ('field' in target) return argumentError(target);
  const wrong = judgeMessage(message, target);
  if (wrong) return argumentError(wrong);
  const refused = target.kind === 'token' ? judgeToken(target.name, tokens) : null;
  if (refused) return refused;
  if (!dryRun) {
    const address = target.kind === 'topic' ? `/topics/${target.name}` : target.name;
    context.deliver({ provider: 'fcm', address, headers: {}, payload: message });
  }
  return json(200, { name: `projects/${projectId}/messages/${dryRun ? 'fake_message_id' : randomUUID()}` });
}

function judgeToken(token: string, tokens: ReadonlyMap<string, FcmTokenState>): GivenAnswer | null {
  if (!registrationToken.test(token)) {
    return fcmError('INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token');
  }
  const state = tokens.get(token);
  if (state === 'unregistered') return fcmError('UNREGISTERED');
  return state === 'senderIdMismatch' ? fcmError('SENDER_ID_MISMATCH') : null;
}

/** As judgeFields takes it, which comes next; undefined when it is no JSON. */
function readJson(body: Buffer): SendRequest | null | undefined {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function guide(url: string, account: FcmAccount | undefined): ReturnType<Provider['about']> {
  return {
    credentialKind: 'fcm',
    credentials: { serviceAccount: account?.serviceAccount ?? {}, baseUrl: url },
    channel: { type: 'fcm', token: 'simulated:device-1' },
  };
}
