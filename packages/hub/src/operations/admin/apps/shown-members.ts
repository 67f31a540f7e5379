// What people and platforms are shown of an app, and where its notifications lead. For the admin operations and the commands
// alike: a member that is not given stays, and null takes it away.
import { isLoopback } from '../../../lib/url-host.ts';
import type { ShownMembers } from '../../../model/app.ts';
import { checkWebUrl, readUrlScheme } from '../../../model/content/link.ts';
import { invalid } from '../../../model/errors.ts';

export type GivenMembers = { readonly [Name in keyof ShownMembers]?: ShownMembers[Name] | null };

const tapTitleMax = 128;
const displayNameMax = 128;
const iconUrlBytesMax = 2048;
const urlSchemesMax = 20;

export function readShown(given: GivenMembers): GivenMembers {
  const { openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction } = given;
  return {
    openUrl: openUrl == null ? openUrl : readOpenUrl(openUrl),
    tapTitle: tapTitle == null ? tapTitle : readTapTitle(tapTitle),
    urlSchemes: urlSchemes == null ? urlSchemes : readUrlSchemes(urlSchemes),
    displayName: displayName == null ? displayName : readDisplayName(displayName),
    iconUrl: iconUrl == null ? iconUrl : readIconUrl(iconUrl),
    clickAction: clickAction == null ? clickAction : readClickAction(clickAction),
  };
}

/** Those that are not given are taken away. */
export function allOf(given: GivenMembers): GivenMembers {
  const { openUrl = null, tapTitle = null, urlSchemes = null } = given;
  const { displayName = null, iconUrl = null, clickAction = null } = given;
  return { openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction };
}

export function changeShown(before: ShownMembers, given: GivenMembers): ShownMembers {
  const kept = <T>(change: T | null | undefined, known: T | undefined) =>
    change === undefined ? known : (change ?? undefined);
  return {
    openUrl: kept(given.openUrl, before.openUrl),
    tapTitle: kept(given.tapTitle, before.tapTitle),
    urlSchemes: kept(given.urlSchemes, before.urlSchemes),
    displayName: kept(given.displayName, before.displayName),
    iconUrl: kept(given.iconUrl, before.iconUrl),
    clickAction: kept(given.clickAction, before.clickAction),
  };
}

/** Those that the app has. */
export function shownOf({ openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction }: ShownMembers) {
  return {
    ...(openUrl === undefined ? {} : { openUrl }),
    ...(tapTitle === undefined ? {} : { tapTitle }),
    ...(urlSchemes?.length ? { urlSchemes: [...urlSchemes] } : {}),
    ...(displayName === undefined ? {} : { displayName }),
    ...(iconUrl === undefined ? {} : { iconUrl }),
    ...(clickAction === undefined ? {} : { clickAction }),
  };
}

/** Where its notifications lead in a browser; null for the inbox of the hub. */
function readOpenUrl(text: string): string {
  const url = URL.parse(text);
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))))
    return text;
  throw invalid(
    `${text} can't be opened from a notification: give an https URL, like https://shop.contoso.example/inbox; http is for a loopback address.`,
    'openUrl',
  );
}

function readTapTitle(text: string): string {
  if (text.trim() !== '' && [...text].length <= tapTitleMax) return text;
  throw invalid(
    `The title of a tap has 1 to ${tapTitleMax} characters, like "Something new at the shop".`,
    'tapTitle',
  );
}

function readUrlSchemes(texts: readonly string[]): string[] {
  const schemes = [...new Set(texts.map(readUrlScheme))];
  if (schemes.length <= urlSchemesMax) return schemes;
  throw invalid(`An app has at most ${urlSchemesMax} schemes of its own.`, 'urlSchemes');
}

function readDisplayName(text: string): string {
  if (text.trim() !== '' && [...text].length <= displayNameMax) return text;
  throw invalid(
    `The name of an app has 1 to ${displayNameMax} characters, like "Contoso Shop".`,
    'displayName',
  );
}

function readIconUrl(text: string): string {
  checkWebUrl(text, 'iconUrl');
  if (Buffer.byteLength(text) <= iconUrlBytesMax) return text;
  throw invalid(`The URL of an icon has at most ${iconUrlBytesMax} bytes.`, 'iconUrl');
}

/** The action of an intent filter, as an Android app names it in its manifest. */
function readClickAction(text: string): string {
  if (/^[\w.$-]{1,256}$/.test(text)) return text;
  throw invalid(
    `${text} is no action of an intent filter: give a name like com.contoso.shop.OPEN, of at most 256 letters, digits, dots, $, - and _.`,
    'clickAction',
  );
}
