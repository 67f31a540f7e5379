// Fits a push into a provider's limit. First it drops ids to close, from the end, since a sync brings them anyway. Then it
// leaves out what adorns the content, one member after the other. Then it replaces the content by a bare tap. Nothing is
// ever cut in the middle, and what is missing has a name.
import type { VisualContent, VisualMember } from '@carillon/protocol';
import { type Push, type Tap, tapOf } from './contract.ts';
import { membersOf, without } from './shown.ts';

export interface Fitted {
  readonly text: string;
  /** The content is in it, with so many of its members; else it is a bare tap. */
  readonly visual: VisualContent | null;
  /** There was content, and it did not fit. */
  readonly truncated: boolean;
  /** What did not fit, and what the platform can't show. */
  readonly dropped: readonly VisualMember[];
}

export interface PushFormat<P extends Push> {
  readonly bytesMax: number;
  /** Writes the provider's text of a push. Called once, unless the first text is too large. */
  readonly write: (push: P, visual: VisualContent | null, tap: Tap) => string;
  /** Of a content: what the platform has nothing for. */
  readonly unshown: (visual: VisualContent) => readonly VisualMember[];
}

/** What is left out, the first first. */
const adornments = ['progress', 'imageUrl', 'iconUrl', 'actions'] as const satisfies readonly VisualMember[];

const nothing: readonly VisualMember[] = [];

export function fit<P extends Push>(push: P, format: PushFormat<P>): Fitted {
  const { visual } = push;
  const text = fitClose(push, visual, format);
  if (text !== null) return { text, visual, truncated: false, dropped: lostOf(visual, visual, format) };
  const plainer = visual && fitPlainer(push, visual, format);
  if (plainer) return plainer;
  const tap = fitClose(push, null, format) ?? format.write(push, null, tapOf(push, 0));
  return {
    text: tap,
    visual: null,
    truncated: visual !== null,
    dropped: visual ? membersOf(visual) : nothing,
  };
}

/** Null when it is too large without all of them. */
function fitPlainer<P extends Push>(push: P, visual: VisualContent, format: PushFormat<P>): Fitted | null {
  const gone: VisualMember[] = [];
  for (const name of adornments) {
    if (visual[name] == null) continue;
    gone.push(name);
    const plainer = without(visual, gone);
    const text = fitClose(push, plainer, format);
    if (text !== null)
      return { text, visual: plainer, truncated: false, dropped: lostOf(visual, plainer, format) };
  }
  return null;
}

function lostOf<P extends Push>(
  visual: VisualContent | null,
  sent: VisualContent | null,
  { unshown }: PushFormat<P>,
): readonly VisualMember[] {
  if (!visual || !sent) return nothing;
  const lost = unshown(visual);
  if (visual === sent) return lost;
  return [...lost, ...membersOf(visual).filter((name) => sent[name] == null && !lost.includes(name))];
}

/** With as many of the ids to close as there is room for; null when it is too large without any. */
function fitClose<P extends Push>(
  push: P,
  visual: VisualContent | null,
  { bytesMax, write }: PushFormat<P>,
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
