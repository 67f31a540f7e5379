// Why the provider can do nothing for a request right now, as an API and as a page say it. oidc-provider knows of one such
// failure only, 500; open-provider answers with these instead.
import type { SignInMessages } from '@carillon/words';
import type { Retry } from '../../lib/inbound/retry-headers.ts';
import { StoreError } from '../../store/store.ts';

interface Refusing {
  /** In the words of RFC 6749. */
  readonly error: 'temporarily_unavailable';
  /** For whoever wrote the client. */
  readonly description: string;
  /** For whoever sits before the page: its text in the catalogues. */
  readonly advice: keyof SignInMessages;
  readonly retryAfterSeconds: number;
}

/** Of what is throttled: how many are allowed. */
export type Refusal = Refusing &
  ({ readonly status: 503 } | { readonly status: 429; readonly limit: number });

export function retryOf(refusal: Refusal): Retry {
  const retryAfterMs = refusal.retryAfterSeconds * 1000;
  return refusal.status === 429 ? { retryAfterMs, limit: refusal.limit } : { retryAfterMs };
}

/** A step of a request that is refused for now. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.description);
    this.refusal = refusal;
  }
}

/** The registry can't be had: locked, away, or full. */
const unavailable: Refusal = {
  status: 503,
  error: 'temporarily_unavailable',
  description: 'The hub can not reach its registry right now: try again in a moment.',
  advice: 'unavailable',
  retryAfterSeconds: 1,
};

export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refused) return error.refusal;
  return error instanceof StoreError ? unavailable : null;
}
