// A frame, encoded once for all the streams that it goes to: as a WebSocket text and as a server-sent event.
// Pure: what a frame says is decided by live/stream, where it goes by the sinks of the edge.
import { Buffer } from 'node:buffer';
import type { Frame } from '@carillon/protocol';

type ChangeFrame = Extract<Frame, { type: 'change' }>;

export class EncodedFrame {
  readonly json: string;
  readonly #type: Frame['type'];
  readonly #cursor: string | null;
  #sse: Buffer | null = null;
  #text: Buffer | null = null;

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

  get text(): Buffer {
    this.#text ??= Buffer.from(this.json);
    return this.#text;
  }
}
