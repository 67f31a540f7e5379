// Answers under way: each user of an app may have so many, and so many bytes, at once. A read is one of them from its
// admission until its answer has left; an answer to what was committed, or waited for, only if the connection did not take
// it at once, as nearly all are. One that a reader takes nothing of ends with its connection (edge/http/connections).
import { limits } from '@carillon/protocol';
import { type HubError, throttled } from '../../model/errors.ts';

/** Of a response, what tells how much of it is left. */
interface Response {
  readonly writableLength: number;
  once(name: 'close', listener: () => void): unknown;
}

interface Unsent {
  answers: number;
  bytes: number;
}

/** An answer that is under way. */
export interface Held {
  /** Throws `throttled` if its body is too much beside the caller's others. */
  check(body: string): void;
  /** Counts bytes that are held in memory until it has left. */
  keep(bytes: number): void;
  /** Counts its body, which was just written, unless the connection took it at once. */
  add(response: Pick<Response, 'writableLength'>, body: string | Buffer): void;
}

export class UnsentAnswers {
  readonly #byCaller = new Map<string, Unsent>();

  /** Throws `throttled` for a caller that has too many. */
  check(caller: string): void {
    const unsent = this.#byCaller.get(caller);
    if (unsent && (unsent.answers >= limits.unsentAnswers || unsent.bytes > limits.unsentBytes))
      throw tooMany();
  }

  /** Counts an answer that was just written, until it has left or its connection ends. */
  follow(caller: string, response: Response, body: string | Buffer): void {
    if (response.writableLength > 0) this.hold(caller, response).add(response, body);
  }

  /** Counts one that is not written yet, until then too. */
  hold(caller: string, response: Pick<Response, 'once'>): Held {
    const unsent = this.#byCaller.get(caller) ?? { answers: 0, bytes: 0 };
    this.#byCaller.set(caller, unsent);
    let bytes = 0;
    unsent.answers++;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      unsent.answers--;
      unsent.bytes -= bytes;
      if (unsent.answers === 0) this.#byCaller.delete(caller);
    };
    const keep = (more: number): void => {
      if (!isHeld) return;
      bytes += more;
      unsent.bytes += more;
    };
    response.once('close', release);
    return {
      check(body) {
        if (unsent.bytes + Buffer.byteLength(body) > limits.unsentBytes) throw tooMany();
      },
      keep,
      add({ writableLength }, body) {
        if (writableLength > 0) keep(Buffer.byteLength(body));
      },
    };
  }
}

function tooMany(): HubError {
  return throttled(
    'Too many answers are waiting to be read: read them, then wait as long as Retry-After says.',
    { retryAfterMs: 1000, limit: limits.unsentAnswers },
  );
}
