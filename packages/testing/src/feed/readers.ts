// Devices that read a feed live: the same frames over SSE (HTTP/1.1 and HTTP/2) and over a WebSocket. A reader keeps
// every frame that it was told, in order, and tells when the hub closed the connection.
import { get, type IncomingMessage } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Frame } from '@carillon/protocol';
import { WebSocket } from 'ws';
import { type Answered, until } from '../hub/hub.ts';

export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>;

/** One server-sent event, as it stood on the wire. */
export interface Sent {
  readonly event: string | null;
  readonly id: string | null;
  readonly data: string | null;
  readonly comment: boolean;
}

export interface Reader {
  readonly frames: Frame[];
  /** Heartbeats: comments over SSE, pings over a WebSocket. */
  readonly beats: () => number;
  readonly closed: () => boolean;
  /** Waits for the frame of this type at this place among its type, first by default. */
  next<Type extends Frame['type']>(type: Type, nth?: number): Promise<FrameOf<Type>>;
  /** Stops taking bytes from the socket, and goes on. */
  pause(): void;
  resume(): void;
  /** Goes away without a word. */
  leave(): void;
}

export interface StreamAsk {
  readonly baseUrl: string;
  readonly token?: string | undefined;
  /** Query with its question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly version?: string;
}

export const streamPath = ({ query = '', version = 'v1.0' }: Omit<StreamAsk, 'baseUrl'>): string =>
  `/${version}/me/notifications/stream${query}`;

/** A refusal instead of a stream. */
export class Refused extends Error {
  readonly answer: Pick<Answered, 'status' | 'text' | 'headers'>;

  constructor(answer: Pick<Answered, 'status' | 'text' | 'headers'>) {
    super(`the stream was refused with ${answer.status}: ${answer.text}`);
    this.answer = answer;
  }
}

class Frames {
  readonly frames: Frame[] = [];
  count = 0;
  isClosed = false;
  readonly beats = () => this.count;
  readonly closed = () => this.isClosed;

  async next<Type extends Frame['type']>(type: Type, nth = 1): Promise<FrameOf<Type>> {
    const find = () => this.frames.filter((frame) => frame.type === type)[nth - 1];
    return (await until(find, `frame ${nth} of type ${type}`).catch((error: Error) => {
      const told = JSON.stringify(this.frames.slice(-3));
      throw new Error(`${error.message}; the last of ${this.frames.length}: ${told}`);
    })) as FrameOf<Type>;
  }
}

/** Splits a text/event-stream into its events (WHATWG HTML, 9.2.6). */
export class EventParser {
  readonly sent: Sent[] = [];
  #rest = '';

  take(text: string): Sent[] {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    const events = blocks.map(readEvent);
    this.sent.push(...events);
    return events;
  }
}

function readEvent(block: string): Sent {
  const field = (name: string): string | null => {
    const lines = block.split('\n').filter((line) => line.startsWith(`${name}:`));
    return lines.length === 0
      ? null
      : lines.map((line) => line.slice(name.length + 1).trimStart()).join('\n');
  };
  return { event: field('event'), id: field('id'), data: field('data'), comment: block.startsWith(':') };
}

export interface SseReader extends Reader {
  readonly sent: Sent[];
  readonly headers: IncomingMessage['headers'];
}

function takeEvents(frames: Frames, parser: EventParser, text: string): void {
  for (const event of parser.take(text)) {
    if (event.comment) frames.count++;
    else if (event.data !== null) frames.frames.push(JSON.parse(event.data) as Frame);
  }
}

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Opens a stream over SSE and HTTP/1.1; rejects with `Refused` for an ordinary answer. */
export function openSseReader(ask: StreamAsk): Promise<SseReader> {
  const frames = new Frames();
  const parser = new EventParser();
  const headers = { accept: 'text/event-stream', ...authorization(ask.token), ...ask.headers };
  const { promise, resolve, reject } = Promise.withResolvers<SseReader>();
  const request = get(`${ask.baseUrl}${streamPath(ask)}`, { headers, agent: false }, (response) => {
    response.setEncoding('utf8');
    if (response.statusCode !== 200) {
      refuse(response).then(reject, reject);
      return;
    }
    response.on('data', (text: string) => takeEvents(frames, parser, text));
    const close = () => {
      frames.isClosed = true;
    };
    response.on('end', close).on('close', close).on('error', close);
    resolve(
      Object.assign(frames, {
        sent: parser.sent,
        headers: response.headers,
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        leave: () => void request.destroy(),
      }),
    );
  });
  request.on('error', reject);
  return promise;
}

async function refuse(response: IncomingMessage): Promise<Refused> {
  let text = '';
  for await (const chunk of response) text += chunk;
  return new Refused({ status: response.statusCode ?? 0, text, headers: response.headers });
}

/** Opens a stream over a WebSocket; rejects with `Refused` when the upgrade is. */
export function openWebSocketReader(ask: StreamAsk): Promise<Reader> {
  const frames = new Frames();
  const { promise, resolve, reject } = Promise.withResolvers<Reader>();
  const headers = { ...authorization(ask.token), ...ask.headers };
  const socket = new WebSocket(`${ask.baseUrl.replace(/^http/, 'ws')}${streamPath(ask)}`, { headers });
  socket.on('message', (data) => frames.frames.push(JSON.parse(String(data)) as Frame));
  socket.on('ping', () => {
    frames.count++;
  });
  socket.on('close', () => {
    frames.isClosed = true;
  });
  socket.on('unexpected-response', (_request, response) => refuse(response).then(reject, reject));
  socket.on('error', reject);
  socket.on('open', () =>
    resolve(
      Object.assign(frames, {
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        leave: () => socket.terminate(),
      }),
    ),
  );
  return promise;
}

/** Opens a stream over SSE in a session of HTTP/2. */
export function openHttp2Reader(
  session: ClientHttp2Session,
  ask: Omit<StreamAsk, 'baseUrl'>,
): Promise<Reader & { readonly stream: ClientHttp2Stream }> {
  const frames = new Frames();
  const parser = new EventParser();
  const stream = session.request({
    ':path': streamPath(ask),
    accept: 'text/event-stream',
    ...authorization(ask.token),
    ...ask.headers,
  });
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => takeEvents(frames, parser, text));
  const close = () => {
    frames.isClosed = true;
  };
  stream.on('end', close).on('close', close).on('error', close);
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('response', (headers) => {
      if (headers[':status'] !== 200) reject(new Error(`status ${headers[':status']}`));
      else
        resolve(
          Object.assign(frames, {
            stream,
            pause: () => void stream.pause(),
            resume: () => void stream.resume(),
            leave: () => stream.close(),
          }),
        );
    });
  });
}

/** A session of HTTP/2 over TLS that trusts this certificate authority. */
export function openSession(baseUrl: string, ca: Buffer): ClientHttp2Session {
  const session = connect(baseUrl, { ca });
  session.on('error', () => {});
  return session;
}

export type Open = (ask: StreamAsk) => Promise<Reader>;

/** The edges that every test of streams runs over. */
export const edges: readonly (readonly [name: string, open: Open])[] = [
  ['SSE', openSseReader],
  ['WebSocket', openWebSocketReader],
];
