// Every failure of a request as one error class: the hub's refusals by the kinds of the protocol's table, and two kinds of
// the client: the hub was not reached, and nobody is signed in.
import type { ErrorBody, ErrorKind } from '@carillon/protocol';

/** `offline`: there was no answer. `signedOut`: there is no token, or the hub refused it. */
export type HubErrorKind = ErrorKind | 'offline' | 'signedOut';

export interface HubErrorDetails {
  /** HTTP status; 0 when there was no answer. */
  readonly status?: number | undefined;
  /** The hub's `code`; the kind where the answer had none. */
  readonly code?: string | undefined;
  /** The member, header or query option that is wrong. */
  readonly target?: string | undefined;
  /** The wait that the hub asked for. */
  readonly retryAfterMs?: number | null | undefined;
  /** The request's id in the hub's log. */
  readonly requestId?: string | null | undefined;
  readonly cause?: unknown;
}

export class HubError extends Error {
  override readonly name = 'HubError';
  declare readonly kind: HubErrorKind;
  declare readonly status: number;
  declare readonly code: string;
  declare readonly target: string | null;
  declare readonly retryAfterMs: number | null;
  declare readonly requestId: string | null;

  constructor(kind: HubErrorKind, message: string, details: HubErrorDetails = {}) {
    const { status = 0, code = kind, target = null, retryAfterMs = null, requestId = null, cause } = details;
    super(message, { cause });
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.target = target;
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
  }

  /** Whether the same request may succeed later, with nothing changed but the time. */
  get isPassing(): boolean {
    return this.kind === 'offline' || this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** The hub refuses the request, and will refuse it again. */
export function isFinal(error: unknown): error is HubError {
  return error instanceof HubError && !error.isPassing && error.kind !== 'signedOut';
}

/** The hub has no subscription of this device: the user removed it on another one, or its lease expired. */
export function isOfNoDevice(error: unknown): boolean {
  return error instanceof HubError && error.target === 'X-UNS-ID';
}

/** In words for a person, where it has some. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error of a request without an answer. */
export function offline(cause: unknown): HubError {
  if (cause instanceof HubError) return cause;
  return new HubError('offline', 'The hub can not be reached.', { cause });
}

/** The refusal of the hub, or of a proxy before it, which has another body or none. */
export async function readRefusal(response: Response): Promise<HubError> {
  const body: Partial<ErrorBody> | null = await response.json().catch(() => null);
  const { status, headers } = response;
  const error = body?.error;
  return new HubError(kindOf(status), error?.message ?? `The hub answered ${status}.`, {
    status,
    code: error?.code,
    target: error?.target,
    retryAfterMs: readRetryAfter(headers.get('retry-after')),
    requestId: headers.get('request-id'),
  });
}

/** The statuses of /v1.0 in the protocol's table of errors, without the rest of it; a test compares them. */
const kinds: Readonly<Record<number, ErrorKind>> = {
  401: 'invalidToken',
  403: 'accessDenied',
  404: 'notFound',
  405: 'methodNotAllowed',
  409: 'alreadyResponded',
  410: 'resyncRequired',
  412: 'resourceModified',
  413: 'requestTooLarge',
  415: 'unsupportedMediaType',
  429: 'throttled',
  500: 'generalException',
  507: 'storageFull',
};

export function kindOf(status: number): ErrorKind {
  return kinds[status] ?? (status < 500 ? 'invalidRequest' : 'unavailable');
}

/** In seconds, as the hub sends it. The date form (RFC 9110, section 10.2.3) comes from proxies; backoff replaces it. */
function readRetryAfter(text: string | null): number | undefined {
  const seconds = Number(text ?? -1);
  return seconds >= 0 ? seconds * 1000 : undefined;
}
