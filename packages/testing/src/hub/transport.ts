// The transport of pushes as its tests use it: closed by itself, with the defaults of a request filled in.
import { systemClock } from '../../../hub/src/lib/clock.ts';
import type {
  PushFailure,
  PushRequest,
  PushResponse,
  PushTransport,
} from '../../../hub/src/push/channels/contract.ts';
import { openTransport, type TransportOptions } from '../../../hub/src/push/transport/transport.ts';

export interface TestTransport extends PushTransport, AsyncDisposable {
  post(url: string, more?: Partial<PushRequest>): Promise<PushResponse | PushFailure>;
}

/** Posts as to an operator's own addresses, unless the test says otherwise. */
export function startTransport(options: Partial<TransportOptions> = {}): TestTransport {
  const transport = openTransport({ clock: systemClock, allowPrivate: false, extraCa: null, ...options });
  const defaults = { method: 'POST', headers: {}, body: 'hello', trusted: true, http2Only: false } as const;
  return {
    ...transport,
    post: (url, more) => transport.request({ ...defaults, url, ...more }),
    [Symbol.asyncDispose]: transport.close,
  };
}

export function times<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

export function statuses(outcomes: readonly (PushResponse | PushFailure)[]): Set<number | string> {
  return new Set(outcomes.map((each) => ('status' in each ? each.status : each.failure)));
}
