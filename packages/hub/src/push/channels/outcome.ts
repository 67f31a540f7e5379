// What the channels have in common when an attempt ends: a line of a provider's table, a request that got no answer,
// credentials that can't be used. Every ending of every channel becomes an `Outcome` here.
import type { Verdict } from '../../model/delivery.ts';
import type { Outcome, PushFailure, PushResponse } from './contract.ts';

/** One line of a provider's table: what an answer means, whose fault it is, and the page that says so. */
export interface VerdictLine {
  readonly verdict: Verdict;
  readonly blame: Outcome['blame'];
  readonly source: string;
}

export interface Answered {
  readonly line: Pick<VerdictLine, 'verdict' | 'blame'>;
  readonly response: PushResponse;
  /** The provider's own word; null when it gave none. */
  readonly reason: string | null;
  readonly truncated: boolean;
  readonly now: number;
}

const waits: readonly Verdict[] = ['retry', 'throttled'];

/** The provider has answered. */
export function answeredOutcome({ line, response, reason, truncated, now }: Answered): Outcome {
  return {
    verdict: line.verdict,
    status: response.status,
    reason,
    afterMs: waits.includes(line.verdict) ? retryAfterMs(response.headers['retry-after'], now) : null,
    unanswered: false,
    truncated,
    blame: line.blame,
  };
}

/** The attempt was taken back before it began: its rows are to be read again. */
export const withdrawn = 'WITHDRAWN';

const ours = new Set(['QUEUE_FULL', 'CLOSED', withdrawn]);

/** No answer came. */
export function unansweredOutcome(
  { failure, reason, unanswered }: PushFailure,
  { truncated, blame }: Pick<Outcome, 'truncated' | 'blame'>,
): Outcome {
  const base = { status: null, afterMs: null, unanswered, truncated };
  if (failure === 'forbidden')
    return { ...base, verdict: 'refused', reason: 'privateAddress', blame: 'address' };
  return {
    ...base,
    verdict: 'retry',
    reason: failure === 'timeout' ? 'timeout' : shortReason(reason),
    // What this process could not take on, or took back, says nothing of the provider.
    blame: ours.has(reason) ? null : blame,
  };
}

/** Nothing was sent, since the app's credentials don't do: worth another try once the operator has seen to them. */
export function credentialsOutcome(reason: string, status: number | null = null): Outcome {
  return {
    verdict: 'retry',
    status,
    reason: shortReason(reason),
    afterMs: null,
    unanswered: false,
    truncated: false,
    blame: 'credentials',
  };
}

export const credentialsMissing = credentialsOutcome('credentialsMissing');

/** Seconds or an HTTP date (RFC 9110, section 10.2.3); null when there is none that can be read. */
export function retryAfterMs(text: string | undefined, now: number): number | null {
  if (!text) return null;
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** A foreign word is kept only when it looks like one, so that no provider writes a story, or an address, into a log. */
export function ownWord(word: unknown): string | null {
  return typeof word === 'string' && /^[\w.-]{1,60}$/.test(word) ? word : null;
}

function shortReason(reason: string): string {
  return reason.slice(0, 100);
}
