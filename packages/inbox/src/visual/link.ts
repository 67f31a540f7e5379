// Where opening a notification leads. The hub checks links too; here nothing is opened that a browser would run, read or embed,
// whoever posted it.

const unsafe =
  /^(javascript|vbscript|data|blob|file|filesystem|about|view-source|content|wss?|ftp|intent|chrome|resource|jar|mhtml):$/;

/** Null for what is no link, or none that may be opened. */
export function linkOf(url: string | null | undefined): string | null {
  try {
    const { protocol, href } = new URL(url ?? '');
    return unsafe.test(protocol) ? null : href;
  } catch {
    return null;
  }
}
