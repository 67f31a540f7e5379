// Words that no file of the repository may hold, whatever its kind: they name a developer's machine or bind a lock file
// to one registry. The words are spelled in parts, so that this table passes its own rule.
import type { Finding, TextFile } from '../source.ts';

type Word = { readonly parts: readonly string[]; readonly what: string; readonly instead: string };

const machinePath = {
  what: "a path of a developer's machine",
  instead: 'write it relative to the repository',
};
const registry = {
  what: 'the host of a package registry',
  instead: 'leave the registry to the configuration of npm',
};
const outside = { what: 'a path outside the repository', instead: 'say here what the reader needs' };

const words: readonly Word[] = [
  { parts: ['/wo', 'rk/'], ...machinePath },
  { parts: ['/ro', 'ot/'], ...machinePath },
  { parts: ['/ho', 'me/'], ...machinePath },
  { parts: ['registry.npm', 'js.org'], ...registry },
  { parts: ['pypi', '.org'], ...registry },
  { parts: ['crates', '.io'], ...registry },
  { parts: ['../sha', 'red'], ...outside },
];

const patterns = words.map(({ parts, ...rest }) => {
  const word = parts.join('');
  const literal = word.replace(/[.]/g, '\\.');
  // An absolute path begins a word: `src/work-like/` and `https://host/path/` are none.
  return { word, pattern: new RegExp(word.startsWith('/') ? `(?<![\\w.~*}-])${literal}` : literal), ...rest };
});

export function forbiddenWords({ path, text }: TextFile): Finding[] {
  const hits = patterns.filter(({ pattern }) => pattern.test(text));
  if (hits.length === 0) return [];
  return text.split('\n').flatMap((content, index) =>
    hits
      .filter(({ pattern }) => pattern.test(content))
      .map(({ word, what, instead }) => ({
        path,
        line: index + 1,
        message: `${word} is ${what}: ${instead}`,
      })),
  );
}
