// What each test file used of the machine: its process writes a line at its end (test-bounds.ts), the runner prints the
// files that took longest, which is what to look at when a run takes too long, and what all used: with as much CPU as the
// cores have, only less work makes a run shorter.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

interface Usage {
  readonly file: string;
  readonly seconds: number;
  /** Of the process and of those that it started and that have ended. */
  readonly cpuSeconds: number;
}

const variable = 'CARILLON_TEST_USAGE';
const printed = 10;

export function openUsage() {
  const record = join(tmpdir(), 'usage.jsonl');
  process.env[variable] = record;
  return {
    longest(root: string): string[] {
      const lines = existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
      const used = lines.map((line) => JSON.parse(line) as Usage);
      const longest = used.sort((a, b) => b.seconds - a.seconds).slice(0, printed);
      const all = {
        file: join(root, `all files (${used.length})`),
        seconds: used.reduce((sum, { seconds }) => sum + seconds, 0),
        cpuSeconds: used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      };
      return [...longest, all].map(
        ({ file, seconds, cpuSeconds }) =>
          `${seconds.toFixed(0).padStart(4)} s, ${cpuSeconds.toFixed(0)} s of CPU: ${relative(root, file)}`,
      );
    },
  };
}

/** For the process of a test file, when nothing of it is left to run. */
export function recordUsage(file: string): void {
  const record = process.env[variable];
  if (!record) return;
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6 + childSeconds();
  appendFileSync(record, `${JSON.stringify({ file, seconds: performance.now() / 1000, cpuSeconds })}\n`);
}

/** Linux counts them; elsewhere they are not known. */
function childSeconds(): number {
  if (process.platform !== 'linux') return 0;
  // After the name, which may hold anything, field 3 follows; 16 and 17 are the children's, in hundredths of a second.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
