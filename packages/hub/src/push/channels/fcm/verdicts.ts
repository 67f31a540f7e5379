// What each answer of FCM means: the whole table of Google's page by its FCM error code, then the canonical codes that
// come without one. An address is given up only for an answer about that address.
import type { Outcome, PushResponse } from '../contract.ts';
import { answeredOutcome, ownWord, type VerdictLine } from '../outcome.ts';

export interface FcmVerdict extends VerdictLine {
  readonly status: number;
  /** The access token is at fault: not to be used again. */
  readonly tokenRefused?: true;
}

const codes = 'https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode';
const examples = 'https://firebase.google.com/docs/cloud-messaging/error-codes';
const tokens = 'https://firebase.google.com/docs/cloud-messaging/manage-tokens';
const canonical = 'https://cloud.google.com/apis/design/errors#handling_errors';

const serviceAccounts = 'https://developers.google.com/identity/protocols/oauth2/service-account#error-codes';

const credentials = { verdict: 'retry', blame: 'credentials', source: canonical } as const;
const provider = { verdict: 'retry', blame: 'provider' } as const;

/** `details[].errorCode` of the type google.firebase.fcm.v1.FcmError. */
export const fcmVerdicts = {
  UNSPECIFIED_ERROR: { status: 500, ...provider, source: codes },
  INVALID_ARGUMENT: { status: 400, verdict: 'refused', blame: 'content', source: codes },
  UNREGISTERED: { status: 404, verdict: 'gone', blame: 'address', source: tokens },
  /** Every address of the app is answered so while another project's account is stored: it ends none. */
  SENDER_ID_MISMATCH: { status: 403, verdict: 'refused', blame: 'credentials', source: codes },
  QUOTA_EXCEEDED: { status: 429, verdict: 'throttled', blame: 'provider', source: codes },
  UNAVAILABLE: { status: 503, ...provider, source: codes },
  INTERNAL: { status: 500, ...provider, source: codes },
  /** What Google needs to reach Apple or a browser is missing: Android devices of the project are not concerned. */
  THIRD_PARTY_AUTH_ERROR: { status: 401, verdict: 'retry', blame: 'address', source: codes },
} as const satisfies Record<string, FcmVerdict>;

/** Where one code has two meanings, its details decide. */
export const detailedVerdicts = {
  /** INVALID_ARGUMENT about message.token. Google says UNREGISTERED of a device that is gone, so this ends none. */
  invalidToken: { status: 400, verdict: 'refused', blame: 'address', source: examples },
  /** QUOTA_EXCEEDED for one device: the others are not concerned. */
  deviceQuota: { status: 429, verdict: 'throttled', blame: 'address', source: codes },
} as const satisfies Record<string, FcmVerdict>;

/** `error.status`, when there is no FCM error code beside it. */
export const canonicalVerdicts = {
  INVALID_ARGUMENT: fcmVerdicts.INVALID_ARGUMENT,
  FAILED_PRECONDITION: { status: 400, ...credentials },
  OUT_OF_RANGE: { status: 400, verdict: 'refused', blame: 'content', source: canonical },
  UNAUTHENTICATED: { status: 401, ...credentials, tokenRefused: true },
  /** The account may not send for the project, or the project has the API switched off. */
  PERMISSION_DENIED: { status: 403, ...credentials },
  /** Without UNREGISTERED it is the project that is not found. */
  NOT_FOUND: { status: 404, ...credentials },
  ALREADY_EXISTS: { status: 409, verdict: 'refused', blame: 'content', source: canonical },
  ABORTED: { status: 409, ...provider, source: canonical },
  RESOURCE_EXHAUSTED: { status: 429, verdict: 'throttled', blame: 'provider', source: canonical },
  CANCELLED: { status: 499, ...provider, source: canonical },
  DATA_LOSS: { status: 500, ...provider, source: canonical },
  UNKNOWN: { status: 500, ...provider, source: canonical },
  INTERNAL: fcmVerdicts.INTERNAL,
  UNIMPLEMENTED: { status: 501, ...provider, source: canonical },
  UNAVAILABLE: fcmVerdicts.UNAVAILABLE,
  DEADLINE_EXCEEDED: { status: 504, ...provider, source: canonical },
} as const satisfies Record<string, FcmVerdict>;

/** Of the token endpoint, by the class of its status: what Google's page lists is all about the account. */
export const tokenVerdicts = {
  noToken: { status: 200, verdict: 'retry', blame: 'credentials', source: serviceAccounts },
  refused: { status: 400, verdict: 'retry', blame: 'credentials', source: serviceAccounts },
  throttled: { status: 429, verdict: 'throttled', blame: 'provider', source: canonical },
  failed: { status: 500, ...provider, source: canonical },
} as const satisfies Record<string, FcmVerdict>;

/** An answer without a code of the tables. */
function unknownVerdict(status: number): FcmVerdict {
  if (status >= 200 && status < 300) return { status, verdict: 'accepted', blame: null, source: codes };
  if (status === 401) return { status, ...credentials, tokenRefused: true };
  if (status === 403) return { status, ...credentials };
  if (status === 429) return { status, verdict: 'throttled', blame: 'provider', source: canonical };
  if (status >= 400 && status < 500)
    return { status, verdict: 'refused', blame: 'content', source: canonical };
  return { status, ...provider, source: canonical };
}

export interface FcmAnswer {
  readonly outcome: Outcome;
  readonly line: FcmVerdict;
}

export function readFcmAnswer(response: PushResponse, truncated: boolean, now: number): FcmAnswer {
  const { status } = response;
  const answered = status >= 200 && status < 300 ? null : readError(response.body);
  const line = (answered && lineOf(answered)) ?? unknownVerdict(status);
  const word = answered?.code ?? answered?.status ?? `HTTP ${status}`;
  const reason = line.verdict === 'accepted' ? null : word;
  const outcome = answeredOutcome({ line, response, reason, truncated, now });
  if (outcome.verdict !== 'throttled' || outcome.afterMs !== null) return { line, outcome };
  return { line, outcome: { ...outcome, afterMs: throttledMs } };
}

/** Google: "If the retry-after header is not set, default to 60 seconds" (its page on scaling). */
const throttledMs = 60_000;

/** An answer of the token endpoint that holds no token. */
export function readTokenRefusal(response: PushResponse, now: number): Outcome {
  const { status, body } = response;
  const line = tokenLineOf(status);
  const word = status < 300 ? 'noAccessToken' : (ownWord(readJson(body).error) ?? `HTTP ${status}`);
  return answeredOutcome({ line, response, reason: `token: ${word}`, truncated: false, now });
}

function tokenLineOf(status: number): FcmVerdict {
  if (status < 300) return tokenVerdicts.noToken;
  if (status === 429) return tokenVerdicts.throttled;
  return status < 500 ? tokenVerdicts.refused : tokenVerdicts.failed;
}

interface FcmError {
  /** The FCM error code. */
  readonly code: string | null;
  readonly status: string | null;
  readonly aboutToken: boolean;
  readonly ofDevice: boolean;
}

function lineOf({ code, status, aboutToken, ofDevice }: FcmError): FcmVerdict | null {
  const word = code ?? status;
  if (word === 'INVALID_ARGUMENT' && aboutToken) return detailedVerdicts.invalidToken;
  if ((word === 'QUOTA_EXCEEDED' || word === 'RESOURCE_EXHAUSTED') && ofDevice)
    return detailedVerdicts.deviceQuota;
  return pick(fcmVerdicts, code) ?? pick(canonicalVerdicts, status);
}

function pick(table: Readonly<Record<string, FcmVerdict>>, name: string | null): FcmVerdict | null {
  return name !== null && Object.hasOwn(table, name) ? table[name]! : null;
}

/** google.rpc.Status, of which each part may be missing or something else. */
function readError(body: string): FcmError {
  const error = objectOf(readJson(body).error);
  const details = listOf(error.details).map(objectOf);
  const fields = details.flatMap(({ fieldViolations }) => listOf(fieldViolations)).map(objectOf);
  const quotas = details.flatMap(({ violations }) => listOf(violations));
  const codes = details.map(({ errorCode }) => ownWord(errorCode));
  return {
    code: codes.find((code) => code !== null) ?? null,
    status: ownWord(error.status),
    aboutToken:
      fields.length > 0 ? fields.some(({ field }) => field === 'message.token') : namesToken(error.message),
    ofDevice: /device/i.test(JSON.stringify(quotas)),
  };
}

/** Google's example of a broken token names no field. Where one is named the message may hold the posted content. */
function namesToken(message: unknown): boolean {
  return typeof message === 'string' && /registration token/i.test(message);
}

type Json = Readonly<Record<string, unknown>>;

function readJson(text: string): Json {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
