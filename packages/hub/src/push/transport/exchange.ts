// One request and its outcome: an answer, or the reason for none. It settles once, at the latest at its timeout, whatever
// the connection still does.
import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { PushFailure, PushResponse, Wait } from '../channels/contract.ts';
import { withdrawn } from '../channels/outcome.ts';
import { ForbiddenAddress } from './guard.ts';

export type Outcome = PushResponse | PushFailure;

const bodyMax = 16 * 1024;
const refusedStream = 7; // RFC 9113, section 7
const timeouts = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

interface ExchangeOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly wait: Wait | undefined;
  readonly settle: (outcome: Outcome) => void;
}

export class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: (outcome: Outcome) => void;
  readonly #timer: Timer;
  #controller: Dispatcher.DispatchController | null = null;
  #settled = false;
  #status: number | null = null;
  #headers: Record<string, string> = {};
  #body: Buffer[] = [];
  #bytes = 0;

  readonly #wait: Wait | undefined;

  constructor({ clock, timeoutMs, wait, settle }: ExchangeOptions) {
    this.#settle = settle;
    this.#wait = wait;
    if (wait) wait.onWithdrawn = () => this.#end('withdrawn', withdrawn);
    this.#timer = clock.after(timeoutMs, () => this.#end('timeout', 'timeout'));
  }

  /** Called again when the request moves to another connection. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new Error('Its time is over.'));
    else {
      this.#controller = controller;
      // From here on it may reach the provider.
      this.#stopWaiting();
      this.#wait?.started();
    }
  }

  onResponseStart(_: unknown, status: number, headers: Readonly<Record<string, unknown>>): void {
    if (status < 200) return; // an interim answer, RFC 9110, section 15.2
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      this.#headers[name] = Array.isArray(value) ? value.join(', ') : String(value);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#body.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= bodyMax) return;
    this.#answer();
    controller.abort(new Error('No more of the body is needed.'));
  }

  onResponseEnd(): void {
    this.#answer();
  }

  onResponseError(_: unknown, error: Error): void {
    const reason = codeOf(error);
    if (error instanceof ForbiddenAddress) this.#end('forbidden', reason);
    else if (timeouts.has(reason)) this.#end('timeout', reason);
    else if (this.#controller) this.#end('reset', reason, !wasRefused(error));
    else this.#end('connect', reason);
  }

  #answer(): void {
    this.#finish({
      status: this.#status ?? 0,
      headers: this.#headers,
      body: Buffer.concat(this.#body, Math.min(this.#bytes, bodyMax)).toString(),
    });
  }

  /** Once there is a status the provider has decided, however its answer ends; nothing else would be true. */
  #end(failure: PushFailure['failure'], reason: string, mayBeTaken = true): void {
    if (this.#settled) return;
    if (this.#status !== null) this.#answer();
    else this.#finish({ failure, reason, unanswered: this.#controller !== null && mayBeTaken });
    this.#controller?.abort(new Error(reason));
  }

  #finish(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer.stop();
    this.#stopWaiting();
    this.#settle(outcome);
  }

  #stopWaiting(): void {
    if (this.#wait) this.#wait.onWithdrawn = null;
  }
}

/** The server has said that it did nothing with the request: RST_STREAM with REFUSED_STREAM, or GOAWAY before it. */
function wasRefused(error: Error): boolean {
  return (
    ('http2ErrorCode' in error && error.http2ErrorCode === refusedStream) || /GOAWAY/.test(error.message)
  );
}

function codeOf(error: Error): string {
  if ('http2ErrorCode' in error) return `HTTP2_${error.http2ErrorCode}`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
