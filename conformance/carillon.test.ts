// Runs the black-box suite against `carillon serve` as an operator starts it: a process of its own, an app and a user
// made by commands, tokens printed by commands.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { conformance } from './conformance.ts';

const launcher = join(import.meta.dirname, '..', 'packages', 'hub', 'bin', 'carillon.js');
const dataDir = mkdtempSync(join(tmpdir(), 'carillon-conformance-'));
const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('CARILLON_'));
const env = { ...Object.fromEntries(settings), CARILLON_DATA_DIR: dataDir };
const host = 'app.contoso.example';
const name = 'alice@contoso.example';

async function carillon(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [launcher, ...args], { env });
  return stdout.trim();
}

const serving = spawn(
  process.execPath,
  [launcher, 'serve', '--port', '0', '--log-level', 'warn', '--throttle', 'off'],
  {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const ended = once(serving, 'exit');
after(async () => {
  serving.kill('SIGTERM');
  const [code] = await ended;
  rmSync(dataDir, { recursive: true, force: true });
  assert.equal(code, 0, 'SIGTERM drains and exits 0');
});

async function readyUrl(): Promise<string> {
  for await (const line of createInterface({ input: serving.stdout })) {
    const url = /^carillon is ready at (\S+)$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('carillon serve ended before it was ready');
}

const [baseUrl] = await Promise.all([
  readyUrl(),
  carillon('app', 'create', '--id', 'service', '--host', host),
]);
const { userId } = JSON.parse(
  await carillon('user', 'create', '--name', name, '--password', 'correct horse'),
);
const [delegated, appOnly] = await Promise.all([
  carillon('token', '--app', 'service', '--user', name),
  carillon('token', '--app', 'service'),
]);

conformance({ baseUrl, credentials: { host, user: { id: userId, name }, delegated, appOnly } });
