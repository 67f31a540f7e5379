// Google's errors: `{"error": {code, message, status, details}}` (google.rpc.Status), where `details` names the field
// (BadRequest) or FCM's own error code (FcmError), as "FCM error codes" of Firebase describes them.
import type { GivenAnswer, Refusal } from '../simulator.ts';

export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

interface GoogleError {
  readonly code: number;
  readonly status: string;
  readonly message: string;
  readonly fcm?: string;
  readonly violation?: FieldViolation;
}

/** FCM's error codes, in Google's words. */
const fcmErrors = {
  UNREGISTERED: { code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' },
  INVALID_ARGUMENT: {
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: 'Request contains an invalid argument.',
  },
  SENDER_ID_MISMATCH: { code: 403, status: 'PERMISSION_DENIED', message: 'SenderId mismatch' },
  THIRD_PARTY_AUTH_ERROR: {
    code: 401,
    status: 'UNAUTHENTICATED',
    message: 'Request is missing required authentication credential.',
  },
  QUOTA_EXCEEDED: {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    message: 'Quota exceeded for quota metric of this project.',
  },
  UNAVAILABLE: { code: 503, status: 'UNAVAILABLE', message: 'The service is currently unavailable.' },
  INTERNAL: { code: 500, status: 'INTERNAL', message: 'Internal error encountered.' },
} as const;
export type FcmErrorCode = keyof typeof fcmErrors;

const codes: Readonly<Record<number, FcmErrorCode>> = Object.fromEntries(
  Object.entries(fcmErrors).map(([name, { code }]) => [code, name as FcmErrorCode]),
);

/** Without another message the usual one. */
export function fcmError(fcm: FcmErrorCode, message?: string): GivenAnswer {
  const usual = fcmErrors[fcm];
  return googleError({ ...usual, message: message ?? usual.message, fcm });
}

/** A field of the request that Google's JSON reader does not take. */
export function fieldError(violation: FieldViolation): GivenAnswer {
  return googleError({ code: 400, status: 'INVALID_ARGUMENT', message: violation.description, violation });
}

/** A field that is well-formed and that FCM refuses. */
export function argumentError(violation: FieldViolation): GivenAnswer {
  const { description: message } = violation;
  return googleError({ code: 400, status: 'INVALID_ARGUMENT', message, violation, fcm: 'INVALID_ARGUMENT' });
}

export function unauthenticated(): GivenAnswer {
  const message =
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';
  return googleError({ code: 401, status: 'UNAUTHENTICATED', message });
}

export function permissionDenied(projectId: string): GivenAnswer {
  const message = `Permission 'cloudmessaging.messages.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/${projectId}' (or it may not exist).`;
  return googleError({ code: 403, status: 'PERMISSION_DENIED', message });
}

/** What a script wants, in Google's words; its reason is an FCM error code. */
export function fcmRefusal(refusal: Refusal): GivenAnswer {
  if (refusal.kind === 'gone') return fcmError('UNREGISTERED');
  const { status, retryAfterSeconds } = refusal;
  const fcm = refusal.reason ?? codes[status];
  const usual = Object.hasOwn(fcmErrors, fcm ?? '') ? fcmErrors[fcm as FcmErrorCode] : fcmErrors.INTERNAL;
  const answer = googleError({ ...usual, code: status, ...(fcm === undefined ? {} : { fcm }) });
  if (retryAfterSeconds === null) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': `${retryAfterSeconds}` } };
}

function googleError({ code, message, status, fcm, violation }: GoogleError): GivenAnswer {
  const badRequest = violation && {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [violation],
  };
  const fcmDetail = fcm && { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: fcm };
  const details = [badRequest, fcmDetail].filter((detail) => detail !== undefined);
  const error = { code, message, status, ...(details.length > 0 ? { details } : {}) };
  return json(code, { error });
}

export function json(status: number, value: object): GivenAnswer {
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  return { status, headers, body: `${JSON.stringify(value, null, 2)}\n` };
}
