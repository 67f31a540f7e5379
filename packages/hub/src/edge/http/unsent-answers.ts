// Answers that their readers have not taken: each user of an app may have so many, and so many bytes, at once. An answer that
// the connection takes at once, as nearly all are, is never counted. One that a reader takes nothing of ends with its
// connection (edge/http/connections).
import { limits } from '@carillon/protocol';
import { HubError } from '../../model/errors.ts';
import type { Principal } from '../../model/principal.ts';

/** Of a response, what tells how much of it is left. */
interface Response {
  readonly writableLength: number;
  once(name: 'close', listener: () => void): unknown;
}

interface Unsent {
  answers: number;
  bytes: number;
}

export class UnsentAnswers {
  readonly #byCaller = new Map<string, Unsent>();

  /** Throws `throttled` for a caller that has too many, or would have with this answer. */
  check(principal: Principal, body = ''): void {
    if (this.#byCaller.size === 0) return;
    const unsent = this.#byCaller.get(callerOf(principal));
    if (!unsent) return;
    const bytes = unsent.bytes + Buffer.byteLength(body);
    if (unsent.answers < limits.unsentAnswers && bytes <= limits.unsentBytes) return;
    throw new HubError(
      'throttled',
      'Too many answers are waiting to be read: read them, then wait as long as Retry-After says.',
      { retryAfterMs: 1000 },
    );
  }

  /** Counts an answer that was just written, until it has left or its connection ends. */
  follow(principal: Principal, response: Response, body: string): void {
    if (response.writableLength > 0) this.#count(principal, response, Buffer.byteLength(body));
  }

  /** Counts one that is written as its reader takes it, until then too. */
  hold(principal: Principal, response: Response): void {
    this.#count(principal, response, 0);
  }

  #count(principal: Principal, response: Response, bytes: number): void {
    const caller = callerOf(principal);
    const unsent = this.#byCaller.get(caller) ?? { answers: 0, bytes: 0 };
    this.#byCaller.set(caller, unsent);
    unsent.answers++;
    unsent.bytes += bytes;
    response.once('close', () => {
      unsent.answers--;
      unsent.bytes -= bytes;
      if (unsent.answers === 0) this.#byCaller.delete(caller);
    });
  }
}

function callerOf(principal: Principal): string {
  if (principal.kind === 'user') return `${principal.app.id} ${principal.user.key}`;
  return principal.kind === 'app' ? principal.app.id : `operator ${principal.name}`;
}
