// What the channels share in showing a notification: progress where a platform has no bar for it, and the names of what a
// platform can't show or what did not fit.
import type { NotificationAction, Progress, VisualContent, VisualMember } from '@carillon/protocol';

/** The text below the title. Progress is its last line, which every platform can show. */
export function bodyText({ body, progress }: VisualContent): string | null {
  const moving = progress ? progressText(progress) : null;
  return moving !== null && body ? `${body}\n${moving}` : (moving ?? body ?? null);
}

function progressText(progress: Progress): string {
  const percent = `${Math.floor(shareOf(progress) * 100)} %`;
  return progress.label ? `${progress.label} ${percent}` : percent;
}

/** From 0 to 1. */
export function shareOf({ value, max }: Progress): number {
  return value / max;
}

/** One without a link answers. */
export function isAnswer({ url }: NotificationAction): boolean {
  return url == null;
}

/** The members that it has, and whose loss would be seen: what a platform does anyway is no loss. */
export function membersOf(visual: VisualContent): VisualMember[] {
  const { interruptionLevel, dir, ...others } = visual;
  const names = Object.keys(others) as VisualMember[];
  return [
    ...names.filter((name) => others[name as keyof typeof others] != null),
    ...(interruptionLevel == null || interruptionLevel === 'active' ? [] : ['interruptionLevel' as const]),
    ...(dir == null || dir === 'auto' ? [] : ['dir' as const]),
  ];
}

export function without(visual: VisualContent, names: readonly VisualMember[]): VisualContent {
  const left = Object.entries(visual).filter(([name]) => !names.some((each) => each === name));
  return { title: visual.title, ...Object.fromEntries(left) };
}
