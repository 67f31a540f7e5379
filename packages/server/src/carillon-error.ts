// A request that failed, as the hub said it: status, code and target are for programs, the message is for people. A hub that
// could not be reached has status 0.
interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly target?: string | null;
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

export class CarillonError extends Error {
  /** 0 when there was no answer. */
  readonly status: number;
  /** Such as `invalidRequest`; `unreachable` when there was no answer. */
  readonly code: string;
  /** The member that is wrong, such as `payload.visualContent.title`. */
  readonly target: string | null;
  /** Finds the request in the log of the hub. */
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor({ status, code, message, target, requestId, retryAfterMs, cause }: Failure) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'CarillonError';
    this.status = status;
    this.code = code;
    this.target = target ?? null;
    this.requestId = requestId ?? null;
    this.retryAfterMs = retryAfterMs ?? null;
  }

  /** The same request may succeed later: the hub is away, busy, or throttles. */
  get passes(): boolean {
    return this.status === 0 || this.code === 'TooManyRequests' || this.status >= 500;
  }
}

/** Of an answer that is no success. Bodies that are no JSON, such as a proxy's page, are cut. */
export function errorOf(status: number, headers: Headers, text: string): CarillonError {
  const error = parse(text)?.error;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return new CarillonError({
    status,
    code: error?.code ?? 'unknown',
    message: error?.message ?? `the hub answered ${status}: ${text.slice(0, 200)}`,
    target: error?.target ?? null,
    requestId: headers.get('request-id'),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  });
}

interface ErrorText {
  readonly error?: { readonly code?: string; readonly message?: string; readonly target?: string };
}

function parse(text: string): ErrorText | null {
  try {
    return JSON.parse(text) as ErrorText | null;
  } catch {
    return null;
  }
}
