// Every source file of a package begins with two to six lines that say what it promises and where it sits in the line:
// either `//` lines or one block comment.
import { isGenerated, isTest } from '../place.ts';
import type { Finding, Source } from '../source.ts';

const bounds = { min: 2, max: 6 };

export function header(source: Source): Finding[] {
  if (!/^packages\/[^/]+\/src\//.test(source.path) || isTest(source.path) || isGenerated(source)) return [];
  const lines = headerLines(source.text);
  if (lines >= bounds.min && lines <= bounds.max) return [];
  const found =
    lines === 0 ? 'no header comment' : `header comment of ${lines} ${lines === 1 ? 'line' : 'lines'}`;
  const message = `${found}: begin with ${bounds.min} to ${bounds.max} lines that say what the file promises and where it sits`;
  return [{ path: source.path, line: 1, message }];
}

/** How many lines of the comment at the top carry text. */
function headerLines(text: string): number {
  const block = /^\/\*[\s\S]*?\*\//.exec(text)?.[0];
  const comment = block ?? /^(\/\/[^\n]*\n?)*/.exec(text)?.[0] ?? '';
  return comment.split('\n').filter((line) => /[\p{L}\p{N}]/u.test(line)).length;
}
