// What goes wrong on the way to the hub, as one error: the hub's own refusals by the kinds of the protocol's table, and
// the two that only a client knows, that nothing was reached and that nobody is signed in.
import { type ErrorBody, type ErrorKind, errorTable } from '@carillon/protocol';

/** `offline`: no answer came back. `signedOut`: there is no token, or the hub takes none that there is. */
export type HubErrorKind = ErrorKind | 'offline' | 'signedOut';

export interface HubErrorDetails {
  /** HTTP status; 0 when there was no answer. */
  readonly status?: number | undefined;
  /** The hub's `code`; the kind where the hub said none. */
  readonly code?: string | undefined;
  /** The member, header or query option that is wrong. */
  readonly target?: string | undefined;
  /** How long the hub asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** By which the hub's operator finds the request in the log. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

export class HubError extends Error {
  override readonly name = 'HubError';
  readonly kind: HubErrorKind;
  readonly status: number;
  readonly code: string;
  readonly target: string | null;
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;

  constructor(kind: HubErrorKind, message: string, details: HubErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status ?? 0;
    this.code = details.code ?? kind;
    this.target = details.target ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.requestId = details.requestId ?? null;
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

/** The hub has no living registration of this device: its user removed it elsewhere, or its lease ended. */
export function isOfNoDevice(error: unknown): boolean {
  return error instanceof HubError && error.target === 'X-UNS-ID';
}

/** Whatever was thrown while nothing had been answered. */
export function offline(cause: unknown): HubError {
  if (cause instanceof HubError) return cause;
  return new HubError('offline', 'The hub can not be reached.', { cause });
}

/** The hub's refusal; also that of a proxy before it, which has another body or none. */
export async function readRefusal(response: Response): Promise<HubError> {
  const body: Partial<ErrorBody> | null = await response.json().catch(() => null);
  const { status, headers } = response;
  const error = body?.error;
  return new HubError(kindOf(status), error?.message ?? `The hub answered ${status}.`, {
    status,
    code: error?.code,
    target: error?.target,
    retryAfterMs: readRetryAfter(headers.get('retry-after')),
    requestId: headers.get('request-id') ?? undefined,
  });
}

function kindOf(status: number): ErrorKind {
  const known = keysOf(errorTable).find((kind) => errorTable[kind].v1 === status);
  if (known) return known;
  if (status < 500) return 'invalidRequest';
  return status === 500 ? 'generalException' : 'unavailable';
}

function keysOf<T extends object>(table: T): Extract<keyof T, string>[] {
  const keys = [];
  for (const key in table) keys.push(key);
  return keys;
}

/** In seconds, as the hub says it; the date form (RFC 9110, section 10.2.3) is a proxy's, and backoff serves as well. */
function readRetryAfter(text: string | null): number | undefined {
  const seconds = Number(text ?? Number.NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}
