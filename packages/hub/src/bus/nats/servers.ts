// How a NATS server is reached: nats:// or tls:// with host and port, with a user and password or a token in front of the
// host, or with the content of a credentials file. The client is loaded with the first connection: one machine never
// needs it.
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';

export interface NatsServers {
  /** Any of them; tried in random order. The first with credentials of its own gives them for all. */
  readonly urls: readonly string[];
  /** The content of a credentials file, as `nsc` writes it. */
  readonly credentials: string | null;
}

const connectTimeoutMs = 5000;
/** A server that is silent for three of these is taken for dead. */
const pingIntervalMs = 2000;

/** One attempt at each server. What it throws names no secret. */
export async function connectTo(servers: NatsServers, name: string): Promise<NatsConnection> {
  const { connect, credsAuthenticator } = await import('@nats-io/transport-node');
  const urls = servers.urls.map((url) => new URL(url));
  const { credentials } = servers;
  const options: ConnectionOptions = {
    name,
    servers: urls.map(addressOf),
    noEcho: true,
    reconnect: false,
    timeout: connectTimeoutMs,
    pingInterval: pingIntervalMs,
    ...userOf(urls),
    ...(credentials ? { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) } : {}),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  };
  return connect(options);
}

/** Without what is secret, to be shown. */
export function shownServers({ urls }: NatsServers): string {
  return urls.map((url) => addressOf(new URL(url))).join(', ');
}

function addressOf({ host, port }: URL): string {
  return port === '' ? `${host}:4222` : host;
}

function userOf(urls: readonly URL[]): ConnectionOptions {
  const url = urls.find(({ username }) => username !== '');
  if (!url) return {};
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return pass === '' ? { token: user } : { user, pass };
}
