// One POST to an endpoint and what came of it. A 2xx is success; a redirect is none, since nobody has checked where it
// leads.
import type { Clock } from '../lib/clock.ts';
import type { ChangeSubscription } from '../model/change-subscription.ts';
import type { PushTransport } from '../push/channels/contract.ts';
import { retryAfterMs } from '../push/channels/outcome.ts';
import { signedHeaders } from './signature.ts';

export interface Attempt {
  /** Of what is sent: the same when it is sent again. */
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly contentType: string;
  /** It may lead inside a private network. */
  readonly isPrivate: boolean;
}

/** As Microsoft Graph tells a change. */
export const asJson = { contentType: 'application/json', isPrivate: false } as const;

export interface PostOutcome {
  readonly taken: boolean;
  /** The HTTP status, or a word for why there was none. */
  readonly answer: string;
  /** Not before this long from now, when the endpoint said so. */
  readonly afterMs: number | null;
}

export interface PostServices {
  readonly transport: PushTransport;
  readonly clock: Pick<Clock, 'now'>;
}

export async function postSigned(
  { id, url, body, contentType, isPrivate }: Attempt,
  { secrets }: Pick<ChangeSubscription, 'secrets'>,
  { transport, clock }: PostServices,
): Promise<PostOutcome> {
  const headers = {
    'content-type': `${contentType}; charset=utf-8`,
    ...signedHeaders({ id, body, secrets, now: clock.now() }),
  };
  const asked = { method: 'POST', url, headers, body, trusted: isPrivate, http2Only: false } as const;
  const answer = await transport.request(asked);
  if ('failure' in answer) return { taken: false, answer: answer.failure, afterMs: null };
  const { status } = answer;
  if (status >= 200 && status < 300) return { taken: true, answer: String(status), afterMs: null };
  const afterMs = retryAfterMs(answer.headers['retry-after'], clock.now());
  return { taken: false, answer: String(status), afterMs };
}

const firstMs = 1000;
const longestMs = 600_000;

/** 1 s doubling to 10 min, with jitter. */
export function pauseMs(attempts: number, random: () => number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 20));
  return Math.ceil(ceiling * (0.75 + random() / 4));
}

interface Failed extends Pick<PostOutcome, 'afterMs'> {
  readonly attempts: number;
  /** How long something is tried. */
  readonly retryMs: number;
}

/**
 * Not before an endpoint said, as far as that is within the time that something is tried: one that says a year is asked once in
 * that time, with what waits for it then.
 */
export function dueAfterMs({ attempts, afterMs, retryMs }: Failed, random: () => number): number {
  return Math.max(pauseMs(attempts, random), Math.min(afterMs ?? 0, retryMs));
}
