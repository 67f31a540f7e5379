// APIs that the oldest supported engines lack (Safari 16.4, Chrome 105, Firefox 115, React Native 0.76): how each is written in a
// bundle, and where it is removed from before a bundle runs. A bundle that names one is a bug, unless it has a fallback.

export interface NewerApi {
  readonly written: RegExp;
  readonly object: string;
  readonly member: string;
}

const api = (written: RegExp, object: string, member: string): NewerApi => ({ written, object, member });

/** What one of the browsers lacks. */
export const newerApis: readonly NewerApi[] = [
  api(/\bwithResolvers\b/, 'Promise', 'withResolvers'),
  api(/\bPromise\.try\b/, 'Promise', 'try'),
  api(/\bAbortSignal\.any\b/, 'AbortSignal', 'any'),
  api(/\bAbortSignal\.timeout\b/, 'AbortSignal', 'timeout'),
  api(/\.toSorted\(/, 'Array.prototype', 'toSorted'),
  api(/\.toReversed\(/, 'Array.prototype', 'toReversed'),
  api(/\.toSpliced\(/, 'Array.prototype', 'toSpliced'),
  api(/\.fromAsync\(/, 'Array', 'fromAsync'),
  api(/\bObject\.groupBy\(/, 'Object', 'groupBy'),
  api(/\bMap\.groupBy\(/, 'Map', 'groupBy'),
  api(/\bcanParse\b/, 'URL', 'canParse'),
  api(/\bURL\.parse\(/, 'URL', 'parse'),
  api(/\.isSubsetOf\(/, 'Set.prototype', 'isSubsetOf'),
  api(/\bRegExp\.escape\(/, 'RegExp', 'escape'),
  api(/\.toBase64\(/, 'Uint8Array.prototype', 'toBase64'),
  api(/\.fromBase64\(/, 'Uint8Array', 'fromBase64'),
  api(/\bDurationFormat\b/, 'Intl', 'DurationFormat'),
  api(/\bstartViewTransition\b/, 'Document.prototype', 'startViewTransition'),
  api(/\.moveBefore\(/, 'Element.prototype', 'moveBefore'),
  api(
    /\.(values|keys|entries)\(\)\.(map|filter|some|every|find|toArray|flatMap)\(/,
    'Iterator.prototype',
    'map',
  ),
];

/** What React Native lacks besides: its URL is no whole one, and it has no web crypto. */
export const newerInReactNative: readonly NewerApi[] = [
  api(/\bsearchParams\b/, 'URL.prototype', 'searchParams'),
  api(/\bstructuredClone\b/, 'globalThis', 'structuredClone'),
  api(/\bcrypto\./, 'globalThis', 'crypto'),
];

export function namesIn(text: string, apis: readonly NewerApi[]): string[] {
  return apis.filter(({ written }) => written.test(text)).map(({ object, member }) => `${object}.${member}`);
}

/** Code that removes them. */
export function removalOf(apis: readonly Omit<NewerApi, 'written'>[]): string {
  const objects = apis.map(({ object, member }) => [object, member]);
  return `for (const [object, member] of ${JSON.stringify(objects)}) {
    const owner = object.split('.').reduce((at, name) => at?.[name], globalThis);
    if (owner) delete owner[member];
  }`;
}
