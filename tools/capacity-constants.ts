// Takes the figures of bench/RESULTS.md over into the constants of `carillon capacity` and into the descriptors of push
// channels, after a benchmark was measured again.
// node tools/capacity-constants.ts
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const constants = new URL('../packages/hub/src/cli/capacity/constants.ts', import.meta.url);
const descriptors = new URL('../packages/hub/src/push/channels/*/descriptor.ts', import.meta.url);
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

/** `{ figure: 'a row of push-drain', perSecond: 4500 }`, as the descriptor of a channel has it. */
const rate = /\{ figure: '([^']+)', perSecond: ([\d.]+) \}/g;

/** The source of a descriptor with the median of the results; one without a row keeps its value. */
export function withRate(source: string, resultsText: string): string {
  return source.replace(rate, (_all, figure: string, value: string) => {
    const median = medianOf(resultsText, 'push-drain', figure, '/s');
    return `{ figure: '${figure}', perSecond: ${median ?? value} }`;
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

function takeOver(path: string | URL, withFigure: (source: string, resultsText: string) => string): boolean {
  const before = readFileSync(path, 'utf8');
  const after = withFigure(before, readFileSync(results, 'utf8'));
  writeFileSync(path, after);
  return before !== after;
}

if (import.meta.main) {
  const channels = globSync(fileURLToPath(descriptors)).map((path) => takeOver(path, withRate));
  const changed = [takeOver(constants, withFigures), ...channels];
  console.log(
    changed.includes(true)
      ? 'The constants were taken over.'
      : 'The constants are those of bench/RESULTS.md.',
  );
}
