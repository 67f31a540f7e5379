// The generation of the store: cursors are bound to it. It is raised when the store went back in time. A cursor of changes
// that no longer exist is then answered 410, and its device resyncs instead of missing the changes that replaced them.
import type { Meta } from './registry.ts';

const key = 'generation';

export async function readGeneration(meta: Meta): Promise<number> {
  return Number(await meta.readOrMake(key, () => '1'));
}

/**
 * Answers the new one. It is the time, not the next number: otherwise two restores of one backup would get the same
 * generation, with different changes under the same sequences.
 */
export async function raiseGeneration(meta: Meta, now: number): Promise<number> {
  const raised = Math.max((await readGeneration(meta)) + 1, now);
  await meta.write(key, String(raised));
  return raised;
}
