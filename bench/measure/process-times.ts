// What a process has used, read from /proc (Linux alone): CPU time by thread, and memory.
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of 10 ms: USER_HZ is 100 on every Linux. */
const tickUs = 10_000;
const writerThread = 'carillon-writer';

export interface CpuTimes {
  readonly mainUs: number;
  readonly writerUs: number;
  /** Everything else: V8's and libuv's own threads. */
  readonly othersUs: number;
}

export function cpuTimes(pid: number): CpuTimes {
  const times = { mainUs: 0, writerUs: 0, othersUs: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const { name, us } = threadTime(pid, thread);
    if (Number(thread) === pid) times.mainUs += us;
    else if (name === writerThread) times.writerUs += us;
    else times.othersUs += us;
  }
  return times;
}

function threadTime(pid: number, thread: string): { name: string; us: number } {
  const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  // proc(5): utime and stime are fields 14 and 15, and `fields` begins with the third.
  return {
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    us: (Number(fields[11]) + Number(fields[12])) * tickUs,
  };
}

export function cpuBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return {
    mainUs: after.mainUs - before.mainUs,
    writerUs: after.writerUs - before.writerUs,
    othersUs: after.othersUs - before.othersUs,
  };
}

export function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}
