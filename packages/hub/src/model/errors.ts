// The one error that inner code throws, for an outcome of the closed table in the protocol. It is independent of HTTP.
// The edge turns its kind into a status and a code; everything else only throws it or passes it on.
import { type ErrorKind, errorTable, type ResyncReason } from '@carillon/protocol';

export interface ErrorDetails {
  /** Dotted member path, header or query option that is wrong. */
  target?: string;
  /** After how many milliseconds a retry makes sense. */
  retryAfterMs?: number;
  /** How many are allowed, of what is throttled. */
  limit?: number;
  /** Why a cursor can't be honoured, for a stream's `resync` frame. */
  resync?: ResyncReason;
  /** By how much a post exceeds the storage of its user and app; absent where the content must be counted first. */
  excessBytes?: number;
  /** The notification as it is, as the text of a JSON object: answered beside the error. */
  entityJson?: string;
  /** The scope that the token lacks. */
  scope?: string;
  /** Methods that the path does support. */
  allow?: readonly string[];
  cause?: unknown;
}

export class HubError extends Error {
  override readonly name = 'HubError';
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.details = details;
  }

  get code(): string {
    return errorTable[this.kind].code;
  }
}

export function invalid(message: string, target?: string): HubError {
  return new HubError('invalidRequest', message, target === undefined ? {} : { target });
}

export function denied(message: string, target?: string): HubError {
  return new HubError('accessDenied', message, target === undefined ? {} : { target });
}

/** Not there and not visible are the same answer. */
export function notFound(): HubError {
  return new HubError(
    'notFound',
    'There is no such notification or subscription, or it is not visible to this token.',
  );
}

/** The one way to be throttled, so that every answer says how many are allowed and when a retry makes sense. */
export function throttled(
  message: string,
  { retryAfterMs, limit }: Required<Pick<ErrorDetails, 'retryAfterMs' | 'limit'>>,
): HubError {
  return new HubError('throttled', message, { retryAfterMs, limit });
}

export function busy(message: string, cause?: unknown): HubError {
  return new HubError('unavailable', message, { retryAfterMs: 1000, cause });
}
