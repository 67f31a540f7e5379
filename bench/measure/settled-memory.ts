// What a process holds in memory when it has nothing to do, taken when it has not moved for a while. Nothing forces its
// garbage collection here.
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from './process-times.ts';

const everyMs = 1000;
const stillMs = 10_000;
const waitMaxMs = 90_000;

export const settledAbout =
  `Resident memory (VmRSS) is read when it has moved by less than 1 % for ${stillMs / 1000} s, at most ` +
  `${waitMaxMs / 1000} s after the last load.`;

export async function settledBytes(pid: number): Promise<number> {
  let seen = [residentBytes(pid)];
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += everyMs) {
    await delay(everyMs);
    seen = [...seen, residentBytes(pid)].slice(-(stillMs / everyMs + 1));
    const high = Math.max(...seen);
    if (seen.length > stillMs / everyMs && high - Math.min(...seen) < high / 100) break;
  }
  return seen.at(-1) as number;
}
