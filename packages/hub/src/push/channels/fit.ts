// Fits a push into a provider's limit. First it drops ids to close, from the end, since a sync brings them anyway. Then it
// replaces the content by a bare tap. Nothing is ever cut in the middle.
import type { VisualContent } from '@carillon/protocol';
import { type Push, type Tap, tapOf } from './contract.ts';

export interface Fitted {
  readonly text: string;
  /** The content is in it; else it is a bare tap. */
  readonly visual: VisualContent | null;
  /** There was content, and it did not fit. */
  readonly truncated: boolean;
}

/** Writes the provider's text of a push. Called once, unless the first text is too large. */
export type WritePush<P extends Push> = (push: P, visual: VisualContent | null, tap: Tap) => string;

export function fit<P extends Push>(push: P, bytesMax: number, write: WritePush<P>): Fitted {
  const { visual } = push;
  const text = fitClose(push, visual, { bytesMax, write });
  if (text !== null) return { text, visual, truncated: false };
  const tap = fitClose(push, null, { bytesMax, write });
  return { text: tap ?? write(push, null, tapOf(push, 0)), visual: null, truncated: visual !== null };
}

interface Fitting<P extends Push> {
  readonly bytesMax: number;
  readonly write: WritePush<P>;
}

/** With as many of the ids to close as there is room for; null when it is too large without any. */
function fitClose<P extends Push>(
  push: P,
  visual: VisualContent | null,
  { bytesMax, write }: Fitting<P>,
): string | null {
  const tap = tapOf(push);
  const text = write(push, visual, tap);
  const excess = Buffer.byteLength(text) - bytesMax;
  if (excess <= 0) return text;
  const kept = keptBut(tap.close ?? [], excess);
  const shorter = write(push, visual, tapOf(push, kept));
  return Buffer.byteLength(shorter) <= bytesMax ? shorter : null;
}

/** How many ids remain when at least `excess` bytes of them go; each takes its quotes and a comma along. */
function keptBut(ids: readonly string[], excess: number): number {
  let kept = ids.length;
  let spared = 0;
  while (kept > 0 && spared < excess) {
    kept -= 1;
    spared += ids[kept]!.length + 3;
  }
  return kept;
}
