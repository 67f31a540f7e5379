// The reading end of a stream on a bare socket, over SSE or WebSocket. It does not parse frames: it hands on the text as
// it arrives, each piece with the end of the one before, so that nothing is missed where one was split.
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import type { BenchUser } from '../setup/world.ts';

export type StreamKind = 'sse' | 'ws';

export interface StreamConnection {
  close(): void;
}

interface StreamOptions {
  readonly port: number;
  readonly kind: StreamKind;
  readonly user: BenchUser;
  /** Instead of the user's token. */
  readonly ticket?: string | undefined;
  readonly onText: (text: string) => void;
  readonly onEnd: (error: Error) => void;
}

const shared = Buffer.allocUnsafe(64 * 1024);
const keptCharacters = 256;
const headMax = 64;

export function streamRequest(kind: StreamKind, token: string, ticket?: string): string {
  const path = '/beta/me/notifications/stream';
  const asked = ticket === undefined ? path : `${path}?ticket=${encodeURIComponent(ticket)}`;
  const who = ticket === undefined ? `Authorization: Bearer ${token}\r\n` : '';
  const start = `GET ${asked} HTTP/1.1\r\nHost: localhost\r\n${who}`;
  if (kind === 'sse') return `${start}Accept: text/event-stream\r\n\r\n`;
  // RFC 6455, 1.3: the key of its own example serves as well as any.
  const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
  return `${start}${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}

/** Resolves when the stream has said that it is ready. */
export async function openStream(options: StreamOptions): Promise<StreamConnection> {
  const { port, kind, user, ticket, onText, onEnd } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let tail = '';
  let ready = false;
  const callback = (count: number): boolean => {
    const text = tail + shared.toString('latin1', 0, count);
    tail = text.slice(-keptCharacters);
    if (ready) onText(text);
    else if (text.includes('"type":"ready"')) {
      ready = true;
      resolve();
    } else if (!/^HTTP\/1\.1 (200|101) /.test(text.slice(0, headMax))) {
      reject(new Error(`a stream was refused: ${text.slice(0, 500)}`));
    }
    return true;
  };
  const socket: Socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer: shared, callback },
  });
  const ended = (error: Error): void => (ready ? onEnd(error) : reject(error));
  socket.on('error', ended);
  socket.on('end', () => ended(new Error('the hub closed a stream')));
  socket.write(streamRequest(kind, user.token, ticket));
  await promise;
  return { close: () => void socket.destroy() };
}

/** Opens many, a few at a time. */
export async function openStreams(all: readonly StreamOptions[]): Promise<StreamConnection[]> {
  const opened: StreamConnection[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < all.length) opened.push(await openStream(all[next++] as StreamOptions));
  };
  await Promise.all(Array.from({ length: 32 }, work));
  return opened;
}
