// The links of a notification: which schemes may stand in one, and which of them only the app itself can allow. What a
// browser would run or read in place of opening it is refused for every app.
import { isLoopback } from '../../lib/url-host.ts';
import { invalid } from '../errors.ts';

/** Never an app's own: they run, read or embed, or belong to the web. */
const reservedSchemes: ReadonlySet<string> = new Set([
  ...['javascript', 'vbscript', 'data', 'blob', 'file', 'filesystem', 'about', 'view-source', 'content'],
  ...['http', 'https', 'ws', 'wss', 'ftp', 'intent', 'chrome', 'resource', 'jar', 'mhtml'],
]);

/** What a URL parser would drop or read as something else: white space, control characters, backslashes. */
const unclean = /[\0-\x20\x7f-\x9f\\]/;
const schemeOf = /^([a-z][a-z0-9+.-]{0,63}):/i;

/** A link whose scheme counts only when the app has registered it. */
export interface OwnLink {
  readonly scheme: string;
  readonly target: string;
}

export interface LinkRules {
  /** Development alone: http on a loopback address. */
  readonly dev: boolean;
}

/** Null for a link that every app may post. Throws when none may. */
export function readLink(text: string, target: string, { dev }: LinkRules): OwnLink | null {
  const scheme = schemeOf.exec(text)?.[1]?.toLowerCase();
  const url = unclean.test(text) ? null : URL.parse(text);
  if (!url || !scheme) throw noLink(target);
  if (!reservedSchemes.has(scheme)) return { scheme, target };
  if (/^https:\/\/[^/]/i.test(text)) return null;
  if (dev && /^http:\/\/[^/]/i.test(text) && isLoopback(url.hostname)) return null;
  throw noLink(target);
}

/** Of a picture. */
export function checkWebUrl(text: string, target: string): void {
  if (!unclean.test(text) && /^https:\/\/[^/]/i.test(text) && URL.canParse(text)) return;
  throw invalid(`"${target}" must be an absolute https URL, such as https://shop.example/a.png.`, target);
}

export function checkOwnLinks(links: readonly OwnLink[], schemes: readonly string[]): void {
  const unknown = links.find(({ scheme }) => !schemes.includes(scheme));
  if (!unknown) return;
  const { scheme, target } = unknown;
  throw invalid(
    `"${target}" has the scheme ${scheme}, which the calling app has not registered: its operator names it in urlSchemes of the app. https needs no registration.`,
    target,
  );
}

/** As it is stored: lower case, without what follows it in a URL. */
export function readUrlScheme(text: string): string {
  const scheme = text.toLowerCase().replace(/:(\/\/)?$/, '');
  if (/^[a-z][a-z0-9+.-]{0,63}$/.test(scheme) && !reservedSchemes.has(scheme)) return scheme;
  throw invalid(
    `${text} can't be the scheme of an app's own links: give a name like myapp, of at most 64 letters, digits, +, . and -. Those of the web, and those that run or read something, are refused.`,
    'urlSchemes',
  );
}

function noLink(target: string): Error {
  return invalid(
    `"${target}" must be an absolute URL: https, or a scheme that the app has registered, such as myapp://orders/7. http is for a loopback address in development.`,
    target,
  );
}
