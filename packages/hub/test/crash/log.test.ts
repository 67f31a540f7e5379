import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { freePort } from '@carillon/testing/machine/ports/free-port.ts';
import { smallDisk } from '@carillon/testing/machine/small-disk.ts';

type Stdio = number | 'pipe';

interface Running {
  readonly child: ChildProcess;
  readonly baseUrl: string;
  /** Answered requests, each of which is a line of the log. */
  ask(count: number): Promise<void>;
  stop(): Promise<number | string>;
}

async function startHub(context: TestContext, stdout: Stdio, stderr: Stdio): Promise<Running> {
  const folder = tempFolder();
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [launcher, 'serve', '--port', String(port), '--data-dir', folder.path],
    { stdio: ['ignore', stdout, stderr] },
  );
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
    folder.remove();
  });
  const baseUrl = `http://127.0.0.1:${port}`;
  const statusOf = async (path: string): Promise<number> => {
    const answer = await fetch(`${baseUrl}${path}`, { signal: AbortSignal.timeout(5000) }); // bound: a hub that hangs
    await answer.arrayBuffer();
    return answer.status;
  };
  await until(() =>
    statusOf('/healthz').then(
      (status) => status === 200,
      () => false,
    ),
  );
  return {
    child,
    baseUrl,
    async ask(count) {
      // 429 as soon as this address has failed too often.
      for (let each = 0; each < count; each++)
        assert.ok([401, 429].includes(await statusOf('/v1.0/me/notifications')));
      assert.equal(await statusOf('/healthz'), 200);
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

describe('whatever happens to its log, the hub serves and ends in time', () => {
  test('on a disk that is full: lines are dropped and counted, and come again with room', async (context) => {
    const disk = smallDisk(context, 64 * 1024);
    if (disk === null) return context.skip('this process may not mount a file system');
    const path = join(disk, 'hub.log');
    const ballast = join(disk, 'ballast');
    const fd = openSync(path, 'a');
    const hub = await startHub(context, 'pipe', fd);
    closeSync(fd);
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(128 * 1024, 1)), /ENOSPC/);
    // More than the lines that wait may take.
    await hub.ask(9000);
    rmSync(ballast);
    assert.equal(spawnSync('mount', ['-o', 'remount,size=8m', disk]).status, 0);
    await until(async () => {
      await hub.ask(1);
      return readFileSync(path, 'utf8').includes('log lines were dropped');
    });
    for (const line of readFileSync(path, 'utf8').trimEnd().split('\n').slice(0, -1)) JSON.parse(line);
    assert.equal(await hub.stop(), 0);
  });

  for (const [name, stdout, stderr] of [
    ['standard error', 'pipe', '/dev/full'],
    ['standard output', '/dev/full', 'pipe'],
    ['both', '/dev/full', '/dev/full'],
  ] as const) {
    test(`${name} on a device that takes nothing`, async (context) => {
      const open = (path: string): Stdio => (path === 'pipe' ? 'pipe' : openSync(path, 'w'));
      const hub = await startHub(context, open(stdout), open(stderr));
      hub.child.stdout?.resume();
      hub.child.stderr?.resume();
      await hub.ask(500);
      assert.equal(await hub.stop(), 0);
    });
  }

  test('into a pipe whose reader stops reading', async (context) => {
    const hub = await startHub(context, 'pipe', 'pipe');
    await hub.ask(1500);
    assert.equal(await hub.stop(), 0);
  });

  test('into a pipe whose reader is gone', async (context) => {
    const hub = await startHub(context, 'pipe', 'pipe');
    hub.child.stderr?.destroy();
    hub.child.stdout?.destroy();
    await hub.ask(500);
    assert.equal(await hub.stop(), 0);
  });
});
