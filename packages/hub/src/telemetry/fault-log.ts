// One log line a second for each kind of fault: a full disk or an absent database fails every request, and a stack for
// each would fill the log as well. The first of a kind is written at once, and those that follow are counted.
import type { Clock } from '../lib/clock.ts';
import type { Logger } from './log.ts';

const secondMs = 1000;
/** Messages may hold ids; kinds beyond these share one line. */
const kindsMax = 32;
const kindLength = 80;
const others = 'others';

/** Writes `message` with the error, and how often it happened since the line before. */
export function openFaultLog(log: Logger, clock: Clock, message: string): (error: unknown) => void {
  const counts = new Map<string, { count: number; last: unknown }>();
  const write = (err: unknown, count: number): void => log.error({ err, count }, message);

  function later(kind: string): void {
    clock.after(secondMs, () => {
      const { count, last } = counts.get(kind) ?? { count: 0, last: null };
      counts.delete(kind);
      if (count === 0) return;
      write(last, count);
      counts.set(kind, { count: 0, last: null });
      later(kind);
    });
  }

  return (error) => {
    const named = (error instanceof Error ? error.message : String(error)).slice(0, kindLength);
    const kind = counts.has(named) || counts.size < kindsMax ? named : others;
    const known = counts.get(kind);
    if (known) {
      known.count++;
      known.last = error;
      return;
    }
    counts.set(kind, { count: 0, last: null });
    write(error, 1);
    later(kind);
  };
}
