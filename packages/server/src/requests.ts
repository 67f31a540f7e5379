// One request to the hub, repeated while its failure passes: never before Retry-After, with growing pauses and full jitter,
// and only where a repeat can't do twice what was asked once.
import { CarillonError, errorOf } from './carillon-error.ts';
import { jittered, pause } from './clock.ts';
import type { TokenSource } from './tokens.ts';

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** A repeat does nothing that the first did not. */
  readonly repeatable: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface RequestOptions {
  readonly baseUrl: string;
  readonly token: TokenSource;
  /** How often a request is tried. */
  readonly attempts: number;
  readonly fetch: typeof fetch;
}

const firstPauseMs = 500;
const pauseMsMax = 30_000;
/** Longer than the hub lets anybody wait for a response. */
const answerMs = 90_000;

export class Requests {
  readonly #options: RequestOptions;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  async send(method: string, path: string, ask: Ask): Promise<Answer> {
    let renew = false;
    for (let attempt = 1; ; attempt += 1) {
      const error = await this.#attempt(method, path, ask, renew).catch(asError);
      if (!(error instanceof CarillonError)) return error;
      ask.signal?.throwIfAborted();
      if (attempt >= this.#options.attempts) throw error;
      if (error.status === 401 && !renew) {
        renew = true;
        continue;
      }
      if (!mayRepeat(error, ask)) throw error;
      await pause(pauseAfter(error, attempt), ask.signal);
    }
  }

  async #attempt(method: string, path: string, ask: Ask, renew: boolean): Promise<Answer> {
    const token = await this.#options.token(renew);
    const { body, headers, signal } = ask;
    const late = AbortSignal.timeout(answerMs);
    const response = await this.#options.fetch(this.#options.baseUrl + path, {
      method,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, late]) : late,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw errorOf(response.status, response.headers, text);
    return { status: response.status, headers: response.headers, text };
  }
}

/** As long as the hub says, else up to twice as long as the time before. */
export function pauseAfter({ retryAfterMs }: CarillonError, attempt: number): number {
  return retryAfterMs ?? jittered(Math.min(firstPauseMs * 2 ** (attempt - 1), pauseMsMax));
}

/** Throttled requests were not carried out, so they may always be repeated. */
function mayRepeat(error: CarillonError, { repeatable }: Ask): boolean {
  return error.code === 'TooManyRequests' || (repeatable && error.passes);
}

function asError(error: unknown): CarillonError {
  if (error instanceof CarillonError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new CarillonError({
    status: 0,
    code: 'unreachable',
    message: `the hub can not be reached: ${cause}`,
    cause: error,
  });
}
