// A frame, encoded once for all the streams that it goes to: as a WebSocket text and as a server-sent event.
// Pure: what a frame says is decided by live/stream, where it goes by the sinks of the edge.
import { Buffer } from 'node:buffer';
import type { Frame } from '@carillon/protocol';
import { notificationJson, removedJson, type StoredNotification } from '../model/notification.ts';

type ChangeFrame = Extract<Frame, { type: 'change' }>;

/** How long a browser waits before it comes back after its connection ended. */
const retryMs = 2000;

export class EncodedFrame {
  readonly json: string;
  readonly #type: Frame['type'];
  readonly #cursor: string | null;
  #sse: Chunk | null = null;
  #webSocket: Buffer | null = null;

  /** `valueJson` is the `value` of a change, which is text already. */
  constructor(frame: Exclude<Frame, { type: 'change' }> | Omit<ChangeFrame, 'value'>, valueJson?: string) {
    const json = JSON.stringify(frame);
    this.json = valueJson === undefined ? json : `${json.slice(0, -1)},"value":${valueJson}}`;
    this.#type = frame.type;
    this.#cursor = 'cursor' in frame ? frame.cursor : null;
  }

  /** As text/event-stream (WHATWG HTML, 9.2): the cursor is the id, so that a browser resumes from it by itself. */
  get sse(): Buffer {
    return this.#event.payload;
  }

  /** The same as one chunk of HTTP/1.1, over the same bytes: a client that reads in blocks gets each event at once. */
  get sseChunk(): Buffer {
    return this.#event.chunk;
  }

  get #event(): Chunk {
    const id = this.#cursor === null ? '' : `id: ${this.#cursor}\n`;
    const retry = this.#type === 'ready' ? `retry: ${retryMs}\n` : '';
    this.#sse ??= chunkOf(`event: ${this.#type}\n${id}${retry}data: ${this.json}\n\n`);
    return this.#sse;
  }

  /** As a whole WebSocket frame: what a server sends is not masked, so it is the same bytes for every connection. */
  get webSocket(): Buffer {
    this.#webSocket ??= textFrame(Buffer.from(this.json));
    return this.#webSocket;
  }
}

/** A chunk (RFC 9112, 7.1) and, as a view of it, what it holds. */
export interface Chunk {
  readonly chunk: Buffer;
  readonly payload: Buffer;
}

export function chunkOf(text: string): Chunk {
  const length = Buffer.byteLength(text);
  const size = `${length.toString(16)}\r\n`;
  const chunk = Buffer.from(`${size}${text}\r\n`);
  return { chunk, payload: chunk.subarray(size.length, size.length + length) };
}

/** What a change frame says of the notification: itself, or that it is gone. */
export function valueJson(row: StoredNotification, now: number): string {
  return row.removed === null ? notificationJson(row, now) : removedJson(row.id);
}

export function changeFrame(value: string, cursor: string, unreadCount: number): EncodedFrame {
  return new EncodedFrame({ type: 'change', cursor, unreadCount }, value);
}

/** RFC 6455, section 5.2: final, text, and the length in 7, 16 or 64 bits. */
function textFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const final = 0x81;
  if (length < 126) return Buffer.concat([Buffer.from([final, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = final;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}
