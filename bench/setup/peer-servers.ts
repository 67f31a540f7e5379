// Other servers of notifications, started as their own documentation says for one machine: ntfy.sh/docs/config,
// gotify.net/docs/config, centrifugal.dev/docs/server/configuration. Only what is installed is started.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child-process.ts';

export interface Peer {
  readonly name: string;
  /** What is asked for its version. */
  readonly version: readonly string[];
  /** What is durable when it answers a create, and how. */
  readonly policy: string;
  readonly created: number;
  start(place: PeerPlace): PeerCommand;
  /** What the requests need, made with the server that runs. */
  open(port: number, users: number): Promise<PeerRequests>;
}

interface PeerPlace {
  readonly folder: string;
  readonly port: number;
}

interface PeerCommand {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface PeerRequests {
  /** A create for that user; the name comes back in the stream. */
  create(user: number, name: string): string;
  stream(user: number): string;
}

const startMaxMs = 20_000;
const post = (path: string, headers: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;
const json = 'Content-Type: application/json\r\n';
const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

const ntfy: Peer = {
  name: 'ntfy',
  version: ['--help'],
  policy: 'SQLite with its default pragmas, told before it is stored; no token',
  created: 200,
  start: ({ folder, port }) => ({
    args: ['serve', '--listen-http', `127.0.0.1:${port}`, '--cache-file', join(folder, 'cache.db')],
    env: {
      NTFY_BASE_URL: `http://127.0.0.1:${port}`,
      NTFY_VISITOR_REQUEST_LIMIT_EXEMPT_HOSTS: '127.0.0.1',
      NTFY_VISITOR_SUBSCRIPTION_LIMIT: '10000',
    },
  }),
  open: async () => ({
    create: (user, name) => post(`/user${user}`, 'Title: Hello World!\r\n', name),
    stream: (user) => get(`/user${user}/json`),
  }),
};

const gotify: Peer = {
  name: 'gotify',
  version: ['--version'],
  policy: 'SQLite with its default pragmas; a token of an application',
  created: 200,
  start: ({ folder, port }) => ({
    args: [],
    env: {
      GOTIFY_SERVER_LISTENADDR: '127.0.0.1',
      GOTIFY_SERVER_PORT: String(port),
      GOTIFY_DATABASE_CONNECTION: join(folder, 'gotify.db'),
      GOTIFY_UPLOADEDIMAGESDIR: join(folder, 'images'),
      GOTIFY_PLUGINSDIR: '',
    },
  }),
  /** One user, since each would need a password hashed: all streams are that user's. */
  async open(port) {
    const make = async (what: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}/${what}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name: 'bench' }),
      });
      const { token } = (await response.json()) as { token: string };
      return token;
    };
    const [app, client] = [await make('application'), await make('client')];
    return {
      create: (_user, name) =>
        post(
          '/message',
          `${json}X-Gotify-Key: ${app}\r\n`,
          JSON.stringify({ title: 'Hello World!', message: name }),
        ),
      stream: () => get('/stream', `${upgrade}X-Gotify-Key: ${client}\r\n`),
    };
  },
};

const centrifugo: Peer = {
  name: 'centrifugo',
  version: ['version'],
  policy: 'nothing is stored: it passes on what it is given, from memory',
  created: 200,
  start({ folder, port }) {
    const config = join(folder, 'config.json');
    const subscribe = { allow_subscribe_for_client: true, allow_subscribe_for_anonymous: true };
    writeFileSync(
      config,
      JSON.stringify({
        http_server: { address: '127.0.0.1', port: String(port) },
        http_api: { key: 'bench' },
        client: { insecure: true, allowed_origins: ['*'] },
        channel: { without_namespace: subscribe },
        uni_sse: { enabled: true },
        log: { level: 'error' },
      }),
    );
    return { args: ['--config', config] };
  },
  open: async () => ({
    create: (user, name) =>
      post(
        '/api/publish',
        `${json}X-API-Key: bench\r\n`,
        JSON.stringify({ channel: `user${user}`, data: { title: 'Hello World!', name } }),
      ),
    stream(user) {
      const asked = encodeURIComponent(JSON.stringify({ subs: { [`user${user}`]: {} } }));
      return get(`/connection/uni_sse?cf_connect=${asked}`);
    },
  }),
};

export const peers: readonly Peer[] = [ntfy, gotify, centrifugo];

/** Its own words for its version; null where it is not on the PATH. */
export function versionOf({ name, version }: Peer): string | null {
  const { error, stdout, stderr } = spawnSync(name, version, { encoding: 'utf8', timeout: startMaxMs });
  if (error) return null;
  return /v?\d+\.\d+\.\d+\S*/.exec(stdout + stderr)?.[0] ?? 'unknown version';
}

export async function startPeer(peer: Peer, place: PeerPlace): Promise<Child> {
  mkdirSync(place.folder, { recursive: true });
  const { args, env = {} } = peer.start(place);
  const startedAt = performance.now();
  const options = { cwd: place.folder, stdio: 'ignore', env: { ...process.env, ...env } } as const;
  const child = spawn(peer.name, args, options);
  process.once('exit', () => child.kill('SIGKILL'));
  await listens(place.port, child);
  const readyMs = performance.now() - startedAt;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    ...{ port: place.port, pid: child.pid as number, inspectPort: 0, readyMs },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMaxMs && child.exitCode === null; waitedMs += 20) {
    const socket = connect({ port, host: '127.0.0.1' });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await delay(20);
  }
  throw new Error(`${child.spawnfile} did not listen at ${port}`);
}
