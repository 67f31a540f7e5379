// `carillon send`: sends one notification and prints its id. Beside a running hub it goes over HTTP, so that devices
// are told at once; without one it goes through the same steps into the same store. With --watch it follows what
// becomes of it on the user's devices.
import type { Frame, Notification } from '@carillon/protocol';
import { Command } from 'commander';
import { mintToken } from '../auth/provider/mint-token.ts';
import { readConfig } from '../config.ts';
import { openHub, servingHub } from '../hub.ts';
import { systemClock } from '../lib/clock.ts';
import type { App } from '../model/app.ts';
import type { Registry } from '../store/registry.ts';
import { openLog } from '../telemetry/log.ts';
import {
  type DataOptions,
  printJson,
  publicUrlOf,
  trustOwnAuthority,
  withDataOptions,
  withRegistry,
} from './data-dir.ts';
import { demonstrationApp } from './demonstration.ts';

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
    .option(
      '--app <id>',
      `the app that sends (default: the only one beside "${demonstrationApp}", else the first by id)`,
    )
    .option('--watch', 'follow what becomes of it, until it is handled')
    .action(send);
  return withDataOptions(command);
}

async function send(options: SendOptions): Promise<void> {
  const letter = await withRegistry(options, (registry) => {
    const serving = servingHub(options.dataDir);
    const publicUrl = options.publicUrl ?? serving?.publicUrl ?? publicUrlOf(registry, options);
    return { ...write(registry, options, publicUrl), served: serving !== null };
  });
  const { served } = letter;
  if (served) trustOwnAuthority(options.dataDir);
  // Taken before anything can happen to the notification, so that the stream tells all of it.
  const cursor = served && options.watch ? await readCursor(letter) : null;
  const sent = served ? await post(letter) : await commit(letter, options.dataDir);
  const report = openReport(options.json ?? false, sent.id);
  if (options.json) printJson({ id: sent.id });
  else process.stdout.write(`${sent.id}\n`);
  if (!options.watch) return;
  report('posted');
  if (cursor !== null) await watch(letter, { id: sent.id, cursor, report });
  else report('waiting', 'no hub runs on this data: devices are told when one does');
}

function write(registry: Registry, { user, title, body, app }: SendOptions, publicUrl: string): Letter {
  const from = chooseApp(registry.apps.list(), app);
  const token = mintToken({ registry, publicUrl, clock: systemClock, appId: from.id, userName: user });
  const visualContent = body === undefined ? { title } : { title, body };
  return {
    publicUrl,
    token,
    body: JSON.stringify({ targetHostName: from.hosts[0], payload: { visualContent } }),
  };
}

/** `apps` are in the order of their ids. */
function chooseApp(apps: readonly App[], id: string | undefined): App {
  const own = apps.filter((app) => app.id !== demonstrationApp);
  const chosen = id === undefined ? (own.length === 1 ? own[0] : apps[0]) : apps.find((app) => app.id === id);
  if (chosen) return chosen;
  if (apps.length === 0) throw new Error('there is no app yet; `carillon app create` makes one');
  throw new Error(`there is no app named ${id}; there are: ${apps.map((app) => app.id).join(', ')}`);
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
  throw refusal(status, text);
}

function refusal(status: number, text: string): Error {
  let message = text;
  try {
    message = (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? text;
  } catch {
    // A proxy's own answer is no JSON.
  }
  return new Error(`the hub answered ${status}: ${message}`);
}

/** Where the user's feed is now, as a token to continue from. */
async function readCursor(letter: Letter): Promise<string> {
  const url = `${letter.publicUrl}/v1.0/me/notifications/delta?$deltatoken=latest`;
  const response = await fetch(url, { headers: headersOf(letter) });
  const text = await response.text();
  if (response.status !== 200) throw refusal(response.status, text);
  const { '@odata.deltaLink': link } = JSON.parse(text) as { '@odata.deltaLink': string };
  return new URL(link).searchParams.get('$deltatoken') ?? '';
}

type Report = (what: string, message?: string) => void;

interface Watched {
  readonly id: string;
  readonly cursor: string;
  readonly report: Report;
}

/** What becomes of it, from the user's own stream. */
async function watch(letter: Letter, { id, cursor, report }: Watched): Promise<void> {
  const feed = `${letter.publicUrl}/v1.0/me/notifications`;
  const answer = await fetch(`${feed}/streamTicket`, { method: 'POST', headers: headersOf(letter) });
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, text);
  const { ticket } = JSON.parse(text) as { ticket: string };
  const query = new URLSearchParams({ ticket, $deltatoken: cursor });
  const socket = new WebSocket(`${feed.replace(/^http/, 'ws')}/stream?${query}`);
  let told = 'unread'; // as it was posted
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the stream of the hub broke off')));
    socket.addEventListener('close', () => resolve());
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type !== 'change' || frame.value.id !== id) return;
      const what = stateOf(frame.value);
      if (what !== told) report(what);
      told = what;
      if (settled.includes(what)) socket.close();
    });
  });
}

/** There is nothing more to wait for. */
const settled = ['removed', 'activated', 'dismissed'];

function stateOf(value: Extract<Frame, { type: 'change' }>['value']): string {
  if ('@removed' in value) return 'removed';
  return value.userActionState === 'noInteraction' ? value.readState : value.userActionState;
}

function openReport(json: boolean, id: string): Report {
  return (what, message) => {
    const dateTime = new Date(systemClock.now()).toISOString();
    if (json) printJson({ dateTime, what, id, ...(message === undefined ? {} : { message }) });
    else process.stdout.write(`${message ?? `${dateTime} ${what} ${id}`}\n`);
  };
}
