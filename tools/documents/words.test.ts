// Documents say what machines do in plain words: no machine is told, believes or lets go of anything, and nothing is born.
// CONTRIBUTING.md (How the code is written, Comments) has the rule for all prose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentPaths, readDocument } from './documents.ts';

const plainer: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b(?:is|are|was|were|be|been|being) told\b/, 'gets, receives, is answered'],
  [/\bbelieves?\b/, 'trusts'],
  [/\bborn\b/, 'inserted, created'],
  [/\blets? go of\b/, 'releases'],
  [/\bhears? of\b/, 'receives'],
  [/\blearns? of\b/, 'gets, receives, notices'],
  [/\bhas? (?:it|them) in hand\b/, 'has claimed'],
  [/\bof its own accord\b|\bby itself decides\b/, 'say what triggers it'],
];
/** Figures with the words of the day on which they were measured, and names of tests. */
const records = ['bench/RESULTS.md', 'packages/client/SPEC.md'];

for (const path of documentPaths().filter((each) => !records.includes(each))) {
  test(`${path} personifies no machine`, () => {
    const found = readDocument(path)
      .split('\n')
      .flatMap((line, index) =>
        plainer
          .filter(([word]) => word.test(line) && !/don't\b|^know, believe or want/.test(line))
          .map(([word, instead]) => `line ${index + 1}: ${line.match(word)?.[0]}; better: ${instead}`),
      );
    assert.deepEqual(found, []);
  });
}
