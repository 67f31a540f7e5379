// More connections than the process may open files: what is open is served, the log says what is refused, and the hub
// recovers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { freePort, post, send, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { seedData, serve } from '@carillon/testing/hub/served.ts';

interface Line {
  readonly level: number;
  readonly time: string;
  readonly count?: number;
  readonly err?: { readonly message: string };
}

function refusals(errors: string): Line[] {
  const lines = errors.split('\n').slice(0, -1);
  return lines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ err }) => /file descriptors/.test(err?.message ?? ''));
}

test('without file descriptors connections are refused with one log line a second, and the store works on', async (context) => {
  const limit = 128;
  if (spawnSync('prlimit', ['--version']).status !== 0) return context.skip('no prlimit here');
  const folder = tempFolder();
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const token = await seedData(folder.path, baseUrl);
  const served = serve(folder.path, ['--port', String(port)], {}, ['prlimit', `--nofile=${limit}`]);
  const sockets = new Set<Socket>();
  context.after(async () => {
    for (const socket of sockets) socket.destroy();
    served.process.kill('SIGKILL');
    await served.ended;
    folder.remove();
  });
  await served.ready;
  const create = () => send(`${baseUrl}/v1.0/me/notifications`, 'POST', { token, body: post() });
  let closed = 0;
  for (let nth = 0; nth < 2 * limit; nth++) {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket.on('error', () => {}).on('close', () => closed++));
  }
  await until(() => closed >= limit, 'the refusals');
  await until(() => refusals(served.errors()).length > 0, 'the log line');
  assert.match(
    refusals(served.errors())[0]?.err?.message ?? '',
    /may open 128 files, and 64 connections are open/,
  );
  for (const socket of sockets) socket.destroy();
  await until(async () => (await create().catch(() => null))?.status === 201, 'a create');
  served.process.kill('SIGTERM');
  assert.equal(await served.ended, 0);
  const lines = refusals(served.errors());
  const seconds = lines.map(({ time }) => Date.parse(time));
  for (const [nth, at] of seconds.slice(1).entries())
    assert.ok(at - (seconds[nth] ?? 0) >= 990, `${seconds}`);
  assert.ok(lines.every(({ count = 0 }) => count >= 1));
});
