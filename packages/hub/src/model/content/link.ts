// The links of a notification: which schemes may stand in one, and which of them only the app itself can allow. What a
// browser would run or read in place of opening it is refused for every app.
import { isLoopback } from '../../lib/url-host.ts';
import { invalid } from '../errors.ts';

/**
 * Never an app's own. What runs or reads in place of opening, the web and other hosts' protocols, and what a browser or an
 * operating system keeps for its own parts: several of those ran code from a link (`ms-msdt`, `search-ms`, `intent`).
 * Mail, telephone and maps are no danger: they open an app of the person's, who still has to send or call.
 */
const reservedSchemes: ReadonlySet<string> = new Set([
  ...['javascript', 'vbscript', 'livescript', 'mocha', 'data', 'blob', 'file', 'filesystem', 'content'],
  ...['about', 'view-source', 'jar', 'mhtml', 'cid', 'mid', 'mk', 'its', 'res', 'wyciwyg', 'feed', 'pcast'],
  ...['http', 'https', 'ws', 'wss', 'ftp', 'ftps', 'sftp', 'gopher', 'dict', 'ldap', 'ldaps', 'news', 'nntp'],
  ...[
    'smb',
    'cifs',
    'nfs',
    'afp',
    'dav',
    'davs',
    'webdav',
    'ssh',
    'telnet',
    'rlogin',
    'tn3270',
    'vnc',
    'rdp',
  ],
  ...['intent', 'android-app', 'chrome', 'edge', 'brave', 'opera', 'vivaldi', 'devtools', 'resource', 'moz'],
  ...[
    'search',
    'shell',
    'hcp',
    'help',
    'prefs',
    'app-settings',
    'applescript',
    'x-man-page',
    'itms-services',
  ],
]);
/** Whole families of them: `ms-settings`, `search-ms`, `microsoft-edge`, `chrome-extension`, `x-apple.systempreferences`. */
const reservedFamilies =
  /^(ms-|microsoft-|windows-|search-ms|chrome-|edge-|moz-|safari-|webkit-|isolated-app|x-apple|help-|vnd\.ms)/;

function isReserved(scheme: string): boolean {
  return reservedSchemes.has(scheme) || reservedFamilies.test(scheme);
}

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
  if (!isReserved(scheme)) return { scheme, target };
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
  if (!/^[a-z][a-z0-9+.-]{0,63}$/.test(scheme))
    throw invalid(
      `${text} can't be the scheme of an app's own links: give a name like myapp, of at most 64 letters, digits, +, . and -.`,
      'urlSchemes',
    );
  if (!isReserved(scheme)) return scheme;
  throw invalid(
    `${scheme} can't be the scheme of an app's own links: it is reserved, as are all that run or read something (javascript, data, file), those of the web and of networks (https, ftp, smb), and those of browsers and operating systems (intent, chrome, ms-…). Give a name of the app's own, like myapp; mailto, tel, sms and geo are taken too.`,
    'urlSchemes',
  );
}

function noLink(target: string): Error {
  return invalid(
    `"${target}" must be an absolute URL: https, or a scheme that the app has registered, such as myapp://orders/7. http is for a loopback address in development.`,
    target,
  );
}
