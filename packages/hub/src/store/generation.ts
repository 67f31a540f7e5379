// The generation of the store: cursors are bound to it. It is raised when the store has gone back in time, so that a
// cursor of changes that no longer exist is answered 410 and its device starts over, instead of missing what took
// their place.
import type { Meta } from './registry.ts';

const key = 'generation';

export async function readGeneration(meta: Meta): Promise<number> {
  return Number(await meta.readOrMake(key, () => '1'));
}

/**
 * Answers the new one. It is the time, not the next number: a store that is restored twice from one backup would else
 * come to the same generation twice, with different changes under the same sequences.
 */
export async function raiseGeneration(meta: Meta, now: number): Promise<number> {
  const raised = Math.max((await readGeneration(meta)) + 1, now);
  await meta.write(key, String(raised));
  return raised;
}
