// Metrics and rules as Prometheus' own tool judges them: a parser that is none of ours.
import { spawnSync } from 'node:child_process';
import { needs, programOf } from '../needs.ts';

/** What is wrong with a scrape, in promtool's words; null for a good one. */
export function scrapeFaults(text: string): string | null {
  return faultsOf(['check', 'metrics'], text);
}

/** What is wrong with a file of rules. */
export function ruleFaults(path: string): string | null {
  return faultsOf(['check', 'rules', path]);
}

function faultsOf(args: readonly string[], input = ''): string | null {
  const { status, stdout, stderr, error } = spawnSync(programOf(needs.promtool), args, {
    input,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? null : `${stdout}${stderr}`;
}
