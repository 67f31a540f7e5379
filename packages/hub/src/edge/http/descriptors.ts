// How many connections fit into the files that this process may open: what the store and pushes need is left to them. Beyond
// it connections are closed as they come and the log says so. Without this bound the system would close them unsaid, and
// the store would fail to open its own.
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { openFaultLog } from '../../telemetry/fault-log.ts';
import type { Logger } from '../../telemetry/log.ts';

/** The hub's own files are about 40, and connections of pushes at most 256. */
const keptMin = 64;
const keptMax = 320;
const connectionsMin = 8;

export function boundConnections(server: Server, log: Logger, clock: Clock): void {
  const fault = openFaultLog(log, clock, 'connections were refused');
  // Without a listener an error of accepting would end the process.
  server.on('error', (error) => {
    if (server.listening) fault(error);
  });
  const limit = readLimit();
  if (limit === null) return;
  server.maxConnections = Math.max(connectionsMin, limit - keptOf(limit));
  const full = new Error(
    `the process may open ${limit} files, and ${server.maxConnections} connections are open: raise its limit of file descriptors (ulimit -n, LimitNOFILE)`,
  );
  server.on('drop', () => fault(full));
}

function keptOf(limit: number): number {
  return Math.max(keptMin, Math.min(keptMax, Math.floor(limit / 4)));
}

/** As Linux tells it; Node has raised it as far as it may. */
function readLimit(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}
