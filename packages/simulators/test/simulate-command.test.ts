// `carillon simulate` as a process: what it prints is typed into a hub's own commands, and a push arrives.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Http2Client } from './support/simulated.ts';

const hub = join(import.meta.dirname, '..', '..', 'hub');
const command = pathToFileURL(join(hub, 'src', 'cli', 'commands', 'simulate.ts')).href;
const program = `
  import { simulateCommand } from ${JSON.stringify(command)};
  await simulateCommand().parseAsync(process.argv.slice(1), { from: 'user' });
`;
const run = promisify(execFile);

interface Command {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Ends when standard output and standard error together hold it. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code after SIGTERM. */
  stop(): Promise<number>;
}

function start(...args: readonly string[]): Command {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number);
  return {
    process: child,
    output: () => output,
    until(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = (): void => {
        const found = pattern.exec(output);
        if (found) resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then((code) => reject(new Error(`it ended with ${code}: ${output}`)));
      return promise;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

const ready = /^carillon simulators are ready at (\S+)$/m;

describe('carillon simulate', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carillon-simulate-'));
  });
  const started: Command[] = [];
  after(async () => {
    await Promise.all(started.map((each) => each.stop()));
    await rm(folder, { recursive: true });
  });

  function simulateWith(...args: readonly string[]): Command {
    const simulate = start('--port', '0', '--data-dir', folder, ...args);
    started.push(simulate);
    return simulate;
  }

  it('prints commands that a hub takes, and a line for each push; SIGTERM ends it with 0', async () => {
    const simulate = simulateWith();
    const [, url = ''] = await simulate.until(ready);
    const commands = simulate.output().match(/^ {2}npx carillon app channel set .*$/gm) ?? [];
    assert.equal(commands.length, 3);
    const dataDir = join(folder, 'hub');
    const carillon = (line: string) =>
      run(process.execPath, [join(hub, 'bin', 'carillon.js'), ...line.split(' '), '--data-dir', dataDir]);
    await carillon('app create --id shop --host shop.example');
    for (const line of commands) {
      const { stdout } = await carillon(
        `${line.trim().replace('npx carillon ', '').replace('APP', 'shop')} --json`,
      );
      assert.equal(JSON.parse(stdout).appId, 'shop');
    }
    const client = new Http2Client(url, readFileSync(join(folder, 'tls', 'ca.pem'), 'utf8'));
    const [channel = ''] = /\{"type":"wns".*\}$/m.exec(simulate.output()) ?? [];
    const { channelUri } = JSON.parse(channel);
    const token = await wnsToken(client, commands.find((line) => line.includes('--channel wns')) ?? '');
    const { pathname, search } = new URL(channelUri);
    const { status, headers } = await client.send(pathname + search, {
      headers: {
        authorization: `Bearer ${token}`,
        'x-wns-type': 'wns/raw',
        'content-type': 'application/octet-stream',
        'content-length': '4',
      },
      body: 'ding',
    });
    assert.equal(status, 200, JSON.stringify(headers));
    await simulate.until(/^\S+ wns HTTP\/2 https:\S+ .*ding/m);
    client.close();
    assert.equal(await simulate.stop(), 0);
  });

  async function wnsToken(client: Http2Client, line: string): Promise<string> {
    const option = (name: string) => new RegExp(`--${name} (\\S+)`).exec(line)?.[1] ?? '';
    const secret = readFileSync(option('client-secret-file'), 'utf8');
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: option('client-id'),
      client_secret: secret,
      scope: 'https://wns.windows.com/.default',
    });
    const { pathname } = new URL(option('token-url'));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return JSON.parse((await client.send(pathname, { headers, body: body.toString() })).body).access_token;
  }

  it('keeps its keys, and prints JSON alone on standard output when asked', async () => {
    const before = JSON.parse(readFileSync(join(folder, 'simulators', 'keys.json'), 'utf8'));
    const simulate = simulateWith('--plain', '--json', '--topic', 'org.example');
    const [, url] = await simulate.until(ready);
    const [first = ''] = simulate.output().split('\n');
    const { providers, ...rest } = JSON.parse(first);
    assert.equal(rest.url, url);
    assert.equal(rest.caPath, null);
    assert.equal(rest.commands.length, 3);
    const [apns] = providers;
    assert.equal(apns.credentials.keyId, before.apns.keyId);
    assert.equal(apns.channel.topic, 'org.example');
    assert.equal(apns.credentials.baseUrl, url);
    assert.equal(await simulate.stop(), 0);
  });
});
