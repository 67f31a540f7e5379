// How long the main thread of a process was ready to run and had no core, read from /proc (Linux alone): on a shared
// machine it tells a program that is slow from one that is kept waiting.
import { readFileSync } from 'node:fs';

/** Since the thread began. */
export function starvedUs(pid: number): number {
  // proc_pid_schedstat(5): time on a core and time on the run queue in nanoseconds, and the number of slices.
  const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waitedNs) / 1000;
}
