// What an engine demands of a push. Chromium exempts an event that leaves something on the screen or has a page in sight.
// WebKit ends the subscription after three events without `showNotification`, and Firefox after a quota of them: every
// engine that isn't surely Chromium gets a notification for each event.
// https://webkit.org/blog/12945/meet-web-push/

/** `userAgentData` is Chromium's own, and it names the engine. */
export function isSurelyChromium(navigator: object | undefined): boolean {
  const data = navigator && 'userAgentData' in navigator ? navigator.userAgentData : null;
  if (typeof data !== 'object' || data === null || !('brands' in data) || !Array.isArray(data.brands))
    return false;
  return data.brands.some((each: unknown) => isNamed(each, 'Chromium'));
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && 'brand' in value && value.brand === name;
}

/**
 * WebKit keeps a shown notification for as long as a push's handler may run, whatever script asks
 * (https://bugs.webkit.org/show_bug.cgi?id=309940). That is less than this.
 */
const lifetimeMinMs = 30_000;

/** How long until it can be closed: at once where the engine has no such rule. */
export function closableAfterMs(
  shown: { readonly data: unknown },
  { isChromium, now }: { readonly isChromium: boolean; readonly now: number },
): number {
  const shownAt = isChromium ? null : shownAtOf(shown.data);
  return shownAt === null ? 0 : Math.min(lifetimeMinMs, Math.max(0, shownAt + lifetimeMinMs - now));
}

/** Null for what another part of the app has shown. */
export function shownAtOf(data: unknown): number | null {
  const about = typeof data === 'object' && data !== null && 'carillon' in data ? data.carillon : null;
  const hasTime = typeof about === 'object' && about !== null && 'shownAt' in about;
  return hasTime && typeof about.shownAt === 'number' ? about.shownAt : null;
}
