// APNs' errors: the reasons and their statuses, as "Handling notification responses from APNs" lists them, and the form
// of an answer, `{"reason": …}` with `apns-id`. A 410 also says since when, in milliseconds.
import type { GivenAnswer, Refusal } from '../simulator.ts';

export const apnsErrors = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  BadTopic: 400,
  DeviceTokenNotForTopic: 400,
  DuplicateHeaders: 400,
  IdleTimeout: 400,
  InvalidPushType: 400,
  MissingDeviceToken: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  TopicDisallowed: 400,
  BadCertificate: 403,
  BadCertificateEnvironment: 403,
  BadEnvironmentKeyInToken: 403,
  ExpiredProviderToken: 403,
  Forbidden: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  UnrelatedKeyIdInToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  ExpiredToken: 410,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  Shutdown: 503,
} as const;
export type ApnsReason = keyof typeof apnsErrors;

/** What Apple would say with a status when a script names no reason. */
const usualReasons: Readonly<Record<number, ApnsReason>> = {
  400: 'BadDeviceToken',
  403: 'InvalidProviderToken',
  404: 'BadPath',
  405: 'MethodNotAllowed',
  410: 'Unregistered',
  413: 'PayloadTooLarge',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

export function apnsError(reason: ApnsReason, timestamp?: number): GivenAnswer {
  return errorAnswer(apnsErrors[reason], reason, timestamp);
}

/** What a script wants, in Apple's words. */
export function apnsRefusal(refusal: Refusal, now: number): GivenAnswer {
  if (refusal.kind === 'gone') return apnsError('Unregistered', now);
  const { status, retryAfterSeconds } = refusal;
  const reason = refusal.reason ?? usualReasons[status] ?? 'InternalServerError';
  const answer = errorAnswer(status, reason, status === 410 ? now : undefined);
  if (retryAfterSeconds === null) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': `${retryAfterSeconds}` } };
}

function errorAnswer(status: number, reason: string, timestamp: number | undefined): GivenAnswer {
  const body = JSON.stringify(timestamp === undefined ? { reason } : { reason, timestamp });
  return { status, headers: { 'content-type': 'application/json' }, body };
}
