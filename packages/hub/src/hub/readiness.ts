// Whether the store can be read and written, for /readyz and the metrics. Anybody may ask, so it looks at most twice a
// second.
import type { Clock } from '../lib/clock.ts';
import type { FeedStore } from '../store/store.ts';

const lookEveryMs = 500;

export function openReadiness({ read, probe }: FeedStore, clock: Clock): () => Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY;
  let answer = Promise.resolve(false);
  const look = async (): Promise<boolean> => {
    try {
      await read.dueExpirations(clock.now(), 1);
      await probe?.();
      return true;
    } catch {
      return false;
    }
  };
  return () => {
    const now = performance.now();
    if (now - asked < lookEveryMs) return answer;
    asked = now;
    answer = look();
    return answer;
  };
}
