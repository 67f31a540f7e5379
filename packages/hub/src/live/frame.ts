// A frame, encoded once for all the streams that it goes to: as a WebSocket text and as a server-sent event.
// Pure: what a frame says is decided by live/stream, where it goes by the sinks of the edge.
import { Buffer } from 'node:buffer';
import type { Frame } from '@carillon/protocol';
import { notificationJson, removedJson, type StoredNotification } from '../model/notification.ts';

type ChangeFrame = Extract<Frame, { type: 'change' }>;

export class EncodedFrame {
  readonly json: string;
  readonly #type: Frame['type'];
  readonly #cursor: string | null;
  #sse: Buffer | null = null;
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
    const id = this.#cursor === null ? '' : `id: ${this.#cursor}\n`;
    this.#sse ??= Buffer.from(`event: ${this.#type}\n${id}data: ${this.json}\n\n`);
    return this.#sse;
  }

  /** As a whole WebSocket frame: what a server sends is not masked, so it is the same bytes for every connection. */
  get webSocket(): Buffer {
    this.#webSocket ??= textFrame(Buffer.from(this.json));
    return this.#webSocket;
  }
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
