// One core and 512 MiB for a program, as a Raspberry Pi's user may have left: a control group of the kernel limits the memory,
// the page cache of what it writes with it, and taskset its core. It needs root.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const bytes = 512 * 1024 * 1024;
const root = '/sys/fs/cgroup';
const isUnified = existsSync(join(root, 'cgroup.controllers'));

export interface SmallMachine {
  /** What comes before a program's own command line. */
  readonly prefix: readonly string[];
  /** Bytes that the group's processes held at most, with the page cache that they filled. */
  peakBytes(): number;
  /** How often the kernel ended a process for want of memory. */
  ended(): number;
  /** After its processes. */
  remove(): void;
}

export function makeSmallMachine(): SmallMachine {
  const folder = join(root, isUnified ? '' : 'memory', `carillon-bench-${process.pid}`);
  mkdirSync(folder);
  if (isUnified) writeFileSync(join(folder, 'memory.swap.max'), '0');
  writeFileSync(join(folder, isUnified ? 'memory.max' : 'memory.limit_in_bytes'), String(bytes));
  const read = (unified: string, other: string): string =>
    readFileSync(join(folder, isUnified ? unified : other), 'utf8');
  return {
    prefix: ['sh', '-c', `echo $$ > ${folder}/cgroup.procs && exec taskset -c 0 "$0" "$@"`],
    peakBytes: () => Number(read('memory.peak', 'memory.max_usage_in_bytes')),
    ended: () => Number(/^oom_kill (\d+)$/m.exec(read('memory.events', 'memory.oom_control'))?.[1]),
    remove: () => rmdirSync(folder),
  };
}
