// Has a running process collect its garbage, through the inspector that SIGUSR1 opens in any Node process. Otherwise
// its memory says when V8 last felt like it rather than what it keeps.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../setup/child-process.ts';

const openMaxMs = 10_000;
/** V8 gives pages back a moment after it has freed them. */
const releaseMs = 2000;

/** Answers how many bytes of its heap are in use afterwards. */
export async function collectGarbage({ pid, inspectPort }: Child): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  const inspector = new WebSocket(await inspectorUrl(inspectPort));
  await once(inspector, 'open');
  // Twice: what a finalizer of the first lets go of is freed by the second.
  for (const id of [1, 2]) {
    inspector.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await once(inspector, 'message');
  }
  inspector.send(JSON.stringify({ id: 3, method: 'Runtime.getHeapUsage' }));
  const [{ data }] = await once(inspector, 'message');
  inspector.close();
  await delay(releaseMs);
  return JSON.parse(data).result.usedSize;
}

async function inspectorUrl(port: number): Promise<string> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
      return target?.webSocketDebuggerUrl as string;
    } catch (error) {
      if (waitedMs > openMaxMs) throw error;
      await delay(100);
    }
  }
}
