// `carillon send`: sends one notification and prints its id. Beside a running hub it goes over HTTP, so that devices
// are told at once; without one it goes through the same steps into the same store. With --watch it follows what
// becomes of it on the user's devices.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Frame, Notification } from '@carillon/protocol';
import { Command } from 'commander';
import { mintToken } from '../auth/provider/mint-token.ts';
import { readConfig } from '../config.ts';
import { isServed, openHub } from '../hub.ts';
import { systemClock } from '../lib/clock.ts';
import type { Registry } from '../store/registry.ts';
import { openLog } from '../telemetry/log.ts';
import { type DataOptions, printJson, publicUrlOf, withDataOptions, withRegistry } from './data-dir.ts';

interface SendOptions extends DataOptions {
  readonly user: string;
  readonly title: string;
  readonly body?: string;
  readonly app?: string;
  readonly watch?: boolean;
}

interface Letter {
  readonly publicUrl: string;
  readonly token: string;
  readonly body: string;
}

export function sendCommand(): Command {
  const command = new Command('send')
    .description('send one notification to a local user')
    .requiredOption('--user <name>', 'who gets it')
    .requiredOption('--title <text>', 'its title')
    .option('--body <text>', 'its text')
    .option('--app <id>', 'the app that sends (default: the only one)')
    .option('--watch', 'follow what becomes of it, until it is handled')
    .action(send);
  return withDataOptions(command);
}

async function send(options: SendOptions): Promise<void> {
  const letter = await withRegistry(options, (registry) => write(registry, options));
  const served = isServed(options.dataDir);
  if (served) trustOwnAuthority(options.dataDir);
  const sent = served ? await post(letter) : await commit(letter, options.dataDir);
  if (options.json) printJson({ id: sent.id });
  else process.stdout.write(`${sent.id}\n`);
  if (!options.watch) return;
  report('posted', sent);
  if (served) await watch(letter, sent.id);
  else process.stdout.write('no hub runs on this data: devices are told when one does\n');
}

function write(registry: Registry, { user, title, body, app, ...options }: SendOptions): Letter {
  const apps = registry.apps.list();
  const from = app === undefined && apps.length === 1 ? apps[0] : apps.find(({ id }) => id === app);
  if (!from) {
    const known = apps.map(({ id }) => id).join(', ');
    throw new Error(
      apps.length === 0
        ? 'there is no app yet; `carillon app create` makes one'
        : `name the sending app with --app; there are: ${known}`,
    );
  }
  const publicUrl = publicUrlOf(registry, options);
  const token = mintToken({ registry, publicUrl, clock: systemClock, appId: from.id, userName: user });
  const visualContent = body === undefined ? { title } : { title, body };
  return {
    publicUrl,
    token,
    body: JSON.stringify({ targetHostName: from.hosts[0], payload: { visualContent } }),
  };
}

function headersOf({ token }: Letter): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

async function post(letter: Letter): Promise<Notification> {
  const response = await fetch(`${letter.publicUrl}/v1.0/me/notifications`, {
    method: 'POST',
    headers: headersOf(letter),
    body: letter.body,
  });
  return read(response.status, await response.text());
}

/** Through a hub of its own that does not listen. */
async function commit(letter: Letter, dataDir: string): Promise<Notification> {
  const config = readConfig(
    { 'data-dir': dataDir, 'public-url': letter.publicUrl, throttle: 'off' },
    {},
    null,
  );
  const hub = await openHub({ config, log: openLog('silent') });
  try {
    const url = '/v1.0/me/notifications';
    const answer = await hub.app.inject({
      method: 'POST',
      url,
      headers: headersOf(letter),
      payload: letter.body,
    });
    return read(answer.statusCode, answer.payload);
  } finally {
    await hub.close();
  }
}

function read(status: number, text: string): Notification {
  if (status === 200 || status === 201) return JSON.parse(text) as Notification;
  const { error } = JSON.parse(text) as { error?: { message?: string } };
  throw new Error(`the hub answered ${status}: ${error?.message ?? text}`);
}

/** What becomes of it, from the user's own stream. */
async function watch(letter: Letter, id: string): Promise<void> {
  const feed = `${letter.publicUrl}/v1.0/me/notifications`;
  const answer = await fetch(`${feed}/streamTicket`, { method: 'POST', headers: headersOf(letter) });
  const { ticket } = (await answer.json()) as { ticket: string };
  const socket = new WebSocket(`${feed.replace(/^http/, 'ws')}/stream?ticket=${encodeURIComponent(ticket)}`);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the stream of the hub broke off')));
    socket.addEventListener('close', () => resolve());
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type !== 'change' || frame.value.id !== id) return;
      if (tell(frame.value)) socket.close();
    });
  });
}

/** True once there is nothing more to wait for. */
function tell(value: Extract<Frame, { type: 'change' }>['value']): boolean {
  if ('@removed' in value) {
    report('removed', value);
    return true;
  }
  const { userActionState, readState } = value;
  report(userActionState === 'noInteraction' ? readState : userActionState, value);
  return userActionState === 'activated' || userActionState === 'dismissed';
}

function report(what: string, { id }: { id: string }): void {
  process.stdout.write(`${new Date(systemClock.now()).toISOString()} ${what} ${id}\n`);
}

function trustOwnAuthority(dataDir: string): void {
  try {
    const own = readFileSync(join(dataDir, 'tls', 'ca.pem'), 'utf8');
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), own]);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
}
