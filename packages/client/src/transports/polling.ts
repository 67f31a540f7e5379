// Reads what changed every few seconds, where no stream can stay open. A hidden page polls less often. It has the interface
// of a stream, so the connection treats both alike.
import { defer } from '../deferred.ts';
import { readChanges } from '../requests/read-changes.ts';
import type { LinkEnd, OpenLink } from './link.ts';

export interface PollingOptions {
  readonly pollSeconds: number;
  readonly isHidden: () => boolean;
}

const hiddenFactor = 4;

export function pollingTransport({ pollSeconds, isHidden }: PollingOptions): OpenLink {
  return async (ask) => {
    const ended = defer<LinkEnd>();
    const poll = async (): Promise<void> => {
      const { values, position } = await readChanges(ask.requests, ask.cursor(), ask.signal);
      for (const value of values) ask.onFrame({ type: 'change', value, ...position });
      ask.onFrame({ type: 'position', ...position });
      const waitMs = 1000 * pollSeconds * (isHidden() ? hiddenFactor : 1);
      timer = ask.clock.after(waitMs, () => void poll().catch(ended.reject));
    };
    let timer = { stop: () => {} };
    ask.signal.addEventListener('abort', () => {
      timer.stop();
      ended.resolve({ input: 'lost', reason: 'It was closed.', retryAfterMs: null });
    });
    await poll();
    return { ended: ended.promise, acknowledge: () => {} };
  };
}
