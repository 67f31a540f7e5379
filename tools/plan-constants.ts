// Takes the figures of bench/RESULTS.md over into the constants of `carillon plan`, after a benchmark was measured again.
// node tools/plan-constants.ts
import { readFileSync, writeFileSync } from 'node:fs';

const constants = new URL('../packages/hub/src/cli/capacity/constants.ts', import.meta.url);
const results = new URL('../bench/RESULTS.md', import.meta.url);
/** `row('section', 'figure', 1.5, 'unit')`, or `awaited(…)` while there is no such row. */
const call = /\b(row|awaited)\('([^']+)', ('[^']+'|"[^"]+"), ([\d.]+), '([^']+)'\)/g;

/** The source of constants.ts with the medians of the results. A row that is gone is awaited again. */
export function withFigures(source: string, resultsText: string): string {
  return source.replace(call, (_all, _name, section: string, quoted: string, value: string, unit: string) => {
    const median = medianOf(resultsText, section, quoted.slice(1, -1), unit);
    return `${median === null ? 'awaited' : 'row'}('${section}', ${quoted}, ${median ?? value}, '${unit}')`;
  });
}

function medianOf(text: string, section: string, figure: string, unit: string): string | null {
  const part = text.split(/^## /m).find((each) => each.startsWith(`${section}\n`));
  const line = part?.split('\n').find((each) => each.startsWith(`| ${figure} |`));
  if (!line) return null;
  const [median, measuredIn] = line.split('|')[2]?.trim().split(' ') ?? [];
  if (!median || measuredIn !== unit) throw new Error(`${section}, ${figure}: "${line}" is not in ${unit}`);
  return median;
}

if (import.meta.main) {
  const before = readFileSync(constants, 'utf8');
  const after = withFigures(before, readFileSync(results, 'utf8'));
  writeFileSync(constants, after);
  console.log(
    before === after ? 'The constants are those of bench/RESULTS.md.' : 'The constants were taken over.',
  );
}
