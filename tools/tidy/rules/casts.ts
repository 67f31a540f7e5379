// How many casts (`as`) the hub has, a thousand lines: each one is a fact that the compiler does not know. What comes in
// from outside (a row, a body, a setting) is decoded once, by a function that answers a type. `as const` is no cast.
import { isTest } from '../place.ts';
import { type Finding, type Source, visit } from '../source.ts';

const hubSource = 'packages/hub/src/';
/** Before rows were decoded through column lists it was 18.9; in November 2026 it is 4.4. */
export const maxCastsPerThousandLines = 6;

export function casts(sources: readonly Source[]): Finding[] {
  const hub = sources.filter(({ path }) => path.startsWith(hubSource) && !isTest(path));
  const counts = hub.map((source) => ({ path: source.path, count: castsOf(source) }));
  const lines = hub.reduce((sum, { lineCount }) => sum + lineCount, 0);
  const count = counts.reduce((sum, each) => sum + each.count, 0);
  const perThousand = (count / lines) * 1000;
  // A tree of a few files, as in a test, says nothing about the hub.
  if (lines < 1000 || perThousand <= maxCastsPerThousandLines) return [];
  const most = counts.sort((a, b) => b.count - a.count).slice(0, 5);
  const message = `${count} casts in ${lines} lines are ${perThousand.toFixed(1)} a thousand, at most ${maxCastsPerThousandLines} are allowed: decode what comes in from outside; most have ${most.map((each) => `${each.path.slice(hubSource.length)} (${each.count})`).join(', ')}`;
  return [{ path: hubSource, line: 1, message }];
}

function castsOf(source: Source): number {
  let count = 0;
  visit(source, {
    TSAsExpression({ typeAnnotation: type }) {
      const isConst =
        type.type === 'TSTypeReference' &&
        type.typeName.type === 'Identifier' &&
        type.typeName.name === 'const';
      if (!isConst) count++;
    },
    TSTypeAssertion: () => count++,
  });
  return count;
}
