// A stream over server-sent events (WHATWG HTML, 9.2), on HTTP/1.1 and HTTP/2. The request is released once the
// stream is open: its headers would be half of what an idle connection keeps in memory.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FanOut } from '../../live/fan-out.ts';
import { chunkOf, type EncodedFrame } from '../../live/frame.ts';
import type { Sink } from '../../live/stream.ts';
import type { Headers, StreamOrder } from '../../operations/kernel/answer.ts';
import { isGone } from './when-closed.ts';

const heartbeat = chunkOf(':\n\n');

export interface SseOptions {
  readonly order: StreamOrder;
  readonly fanOut: FanOut;
  /** Those of every answer. */
  readonly headers: Headers;
}

export function openSse(request: FastifyRequest, reply: FastifyReply, options: SseOptions): void {
  const { order, fanOut } = options;
  fanOut.check(order.user.key);
  const headers = {
    ...options.headers,
    'content-type': 'text/event-stream',
    // A proxy that compresses or buffers would hold frames back: nginx honours the second of these.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  };
  reply.hijack();
  const response = reply.raw;
  // It went away while it was admitted, and will not close again: its stream would be followed for ever.
  if (isGone(response)) return;
  response.writeHead(200, headers);
  response.flushHeaders();
  follow(request.raw, response, order, fanOut);
}

function follow(
  request: IncomingMessage,
  response: ServerResponse,
  order: StreamOrder,
  fanOut: FanOut,
): void {
  const { user, principal, from, subscription } = order;
  const sink = sinkOf(request, response);
  const stream = fanOut.join(
    {
      user: user.key,
      visibility: principal.visibility,
      expiresAt: principal.expiresAt,
      origin: principal.origin,
      subscription,
      sink,
    },
    from,
  );
  sink.out.on('drain', () => stream.drained());
  response.on('close', () => fanOut.leave(stream));
  response.on('error', () => response.destroy());
  // Who reads a stream has nothing more to say, and by closing its side leaves.
  if (request.httpVersionMajor === 1) response.socket?.once('end', () => response.destroy());
  if (request.httpVersionMajor === 1) release(request);
}

/** Releases what Node keeps of a request whose answer lasts for hours. */
function release(request: IncomingMessage): void {
  request.rawHeaders = [];
  request.headers = {};
}

/** Once the head is out, frames go straight to the socket of HTTP/1: each is a chunk already, or (1.0) needs none. */
function sinkOf({ httpVersion, httpVersionMajor }: IncomingMessage, response: ServerResponse): SseSink {
  const out = httpVersionMajor === 1 ? (response.socket ?? response) : response;
  return new SseSink(response, out, httpVersion === '1.1');
}

class SseSink implements Sink {
  readonly out: Writable;
  readonly #response: ServerResponse;
  readonly #chunked: boolean;

  constructor(response: ServerResponse, out: Writable, chunked: boolean) {
    this.#response = response;
    this.out = out;
    this.#chunked = chunked;
  }

  write(frame: EncodedFrame): boolean {
    return this.out.write(this.#chunked ? frame.sseChunk : frame.sse);
  }

  heartbeat(): boolean {
    return this.out.write(this.#chunked ? heartbeat.chunk : heartbeat.payload);
  }

  close(): void {
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }
}
