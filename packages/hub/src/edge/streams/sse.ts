// A stream over server-sent events (WHATWG HTML, 9.2), on HTTP/1.1 and HTTP/2. The request is let go of once the
// stream is open: its headers would be half of what an idle connection keeps in memory.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FanOut } from '../../live/fan-out.ts';
import type { EncodedFrame } from '../../live/frame.ts';
import type { Sink } from '../../live/stream.ts';
import type { StreamOrder } from '../../operations/kernel/call.ts';
import { baseHeaders } from '../http/base-headers.ts';

const heartbeat = Buffer.from(':\n\n');

export function openSse(
  request: FastifyRequest,
  reply: FastifyReply,
  order: StreamOrder,
  fanOut: FanOut,
): void {
  fanOut.check(order.user.key);
  const headers = {
    ...baseHeaders(request),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  };
  reply.hijack();
  const response = reply.raw;
  // The stream ends with the connection, so no chunk needs its length: one write a frame instead of two.
  response.useChunkedEncodingByDefault = false;
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
  const out = request.httpVersionMajor === 1 ? (response.socket ?? response) : response;
  const sink = new SseSink(response, out);
  const stream = fanOut.join(
    {
      user: user.key,
      visibility: principal.visibility,
      expiresAt: principal.expiresAt,
      subscription,
      sink,
    },
    from,
  );
  out.on('drain', () => stream.drained());
  response.on('close', () => fanOut.leave(stream));
  response.on('error', () => response.destroy());
  if (request.httpVersionMajor === 1) letGo(request);
}

/** What Node keeps of a request that is answered for hours. */
function letGo(request: IncomingMessage): void {
  request.rawHeaders = [];
  request.headers = {};
}

class SseSink implements Sink {
  readonly #response: ServerResponse;
  /** Once the head is out nothing is framed on HTTP/1.1, so frames go straight to the socket. */
  readonly #out: Writable;

  constructor(response: ServerResponse, out: Writable) {
    this.#response = response;
    this.#out = out;
  }

  write(frame: EncodedFrame): boolean {
    return this.#out.write(frame.sse);
  }

  heartbeat(): boolean {
    return this.#out.write(heartbeat);
  }

  close(): void {
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }
}
