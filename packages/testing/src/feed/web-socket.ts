// A device that listens over a WebSocket and says something back: it acknowledges what it has.
import type { Frame } from '@carillon/protocol';
import { WebSocket } from 'ws';
import { until } from '../hub/hub.ts';
import { type FrameOf, type StreamAsk, streamPath } from './readers.ts';

export interface Socket {
  readonly frames: readonly Frame[];
  /** Waits for the frame of this type at this place among its type, first by default. */
  next<Type extends Frame['type']>(type: Type, nth?: number): Promise<FrameOf<Type>>;
  send(what: object): void;
  /** Acknowledges every change from now on. */
  acknowledgeAll(): void;
  /** Goes away without a word. */
  leave(): void;
}

export async function openSocket(ask: StreamAsk): Promise<Socket> {
  const frames: Frame[] = [];
  let acknowledges = false;
  const authorization = ask.token === undefined ? {} : { authorization: `Bearer ${ask.token}` };
  const socket = new WebSocket(`${ask.baseUrl.replace(/^http/, 'ws')}${streamPath(ask)}`, {
    headers: { ...authorization, ...ask.headers },
  });
  const send = (what: object): void => socket.send(JSON.stringify(what));
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    frames.push(frame);
    if (acknowledges && frame.type === 'change') send({ type: 'ack', cursor: frame.cursor });
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    frames,
    async next<Type extends Frame['type']>(type: Type, nth = 1) {
      const find = () => frames.filter((frame) => frame.type === type)[nth - 1];
      return (await until(find, `frame ${nth} of type ${type}`)) as FrameOf<Type>;
    },
    send,
    acknowledgeAll() {
      acknowledges = true;
    },
    leave: () => socket.terminate(),
  };
}
