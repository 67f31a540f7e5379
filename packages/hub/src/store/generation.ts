// The generation of the store: cursors are bound to it. It is raised when the store has gone back in time, so that a
// cursor of changes that no longer exist is answered 410 and its device starts over, instead of missing what took
// their place.
import type { Registry } from './registry.ts';

const key = 'generation';

export function readGeneration({ meta }: Pick<Registry, 'meta'>): number {
  return Number(meta.readOrMake(key, () => '1'));
}

/**
 * Answers the new one. It is the time, not the next number: a store that is restored twice from one backup would else
 * come to the same generation twice, with different changes under the same sequences.
 */
export function raiseGeneration({ meta }: Pick<Registry, 'meta'>, now: number): number {
  const raised = Math.max(readGeneration({ meta }) + 1, now);
  meta.write(key, String(raised));
  return raised;
}
