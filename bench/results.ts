// RESULTS.md: one section a benchmark, each with the machine and the command it was measured with, so that running one
// of them again replaces its section alone.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Benchmark, Figure } from './measure/figure.ts';
import { describeMachine, describeRevision } from './measure/machine.ts';

const file = new URL('RESULTS.md', import.meta.url);
const title = `# Measured

Written by \`npm run bench\`; \`npm run bench -- NAME…\` measures the named sections again. Server and load generator share
the machine's cores, so rates are low: compare within a section, not across machines.
`;

export function recordResults(
  order: readonly string[],
  benchmark: Benchmark,
  figures: readonly Figure[],
): void {
  const sections = readSections();
  sections.set(benchmark.name, section(benchmark, figures));
  const known = order.flatMap((name) => sections.get(name) ?? []);
  writeFileSync(file, [title, standing(known), ...known].join('\n'));
}

const standingTitle = '## where we stand';

/** Every figure that has to reach something, of all sections, as they were measured last. */
function standing(sections: readonly string[]): string {
  const rows = sections.flatMap((text) => {
    const [name] = /(?<=^## )\S+/.exec(text) ?? [];
    const targets = text.split('\n').filter((line) => /\| (?:yes|\*\*no\*\*) \|$/.test(line));
    return targets.map((line) => `| ${name} ${line}`);
  });
  const missed = rows.filter((row) => row.endsWith('**no** |')).length;
  const head = '| section | figure | median | min–max | target | met |\n|---|---|---|---|---|---|';
  return `${standingTitle}\n\n${rows.length - missed} of ${rows.length} targets are met.\n\n${head}\n${rows.join('\n')}\n`;
}

function readSections(): Map<string, string> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const parts = text
    .split(/^(?=## )/m)
    .slice(1)
    .filter((part) => !part.startsWith(standingTitle));
  return new Map(parts.map((part) => [/^## (\S+)/.exec(part)?.[1] ?? '', `${part.trimEnd()}\n`]));
}

function section({ name, about }: Benchmark, figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, spread, target, met }) => {
    const verdict = met === null ? '' : met ? 'yes' : '**no**';
    return `| ${what} | ${value} | ${spread} | ${target} | ${verdict} |`;
  });
  const table = ['| figure | median | min–max | target | met |', '|---|---|---|---|---|', ...rows].join('\n');
  const day = new Date().toISOString().slice(0, 10);
  return `## ${name}\n\n${about}\n\n\`node bench/run.ts ${name}\`, ${day} ${describeRevision()}, ${describeMachine()}\n\n${table}\n`;
}
