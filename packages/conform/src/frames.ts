// The frames of a stream over server-sent events. Whoever reads them waits for a frame of a kind, and not for ever.
// The hub ends none that is read, so a frame that does not come fails the case.
import assert from 'node:assert/strict';
import type { Entity, Subject } from './subject.ts';

export interface Frames {
  readonly contentType: string | null;
  /** The next frame for which it holds. */
  next(holds: (frame: Entity) => boolean): Promise<Entity>;
  leave(): void;
}

const frameMs = 20_000;

export async function openFrames(hub: Subject, query = '', version = 'v1.0'): Promise<Frames> {
  const leaving = new AbortController();
  const response = await fetch(`${hub.baseUrl}/${version}/me/notifications/stream${query}`, {
    headers: { authorization: `Bearer ${hub.token('token')}`, accept: 'text/event-stream' },
    signal: leaving.signal,
  });
  if (response.status !== 200) {
    leaving.abort();
    assert.fail(`the stream was answered ${response.status}`);
  }
  const frames = readFrames(response);
  return {
    contentType: response.headers.get('content-type'),
    async next(holds) {
      const late = setTimeout(
        () => leaving.abort(new Error(`no such frame within ${frameMs / 1000} s`)),
        frameMs,
      );
      try {
        for (;;) {
          const { done, value } = await frames.next();
          if (done) assert.fail('the stream ended');
          if (holds(value)) return value;
        }
      } finally {
        clearTimeout(late);
      }
    },
    leave: () => leaving.abort(),
  };
}

/** Opens one, lets the case use it and leaves it. */
export async function withFrames(hub: Subject, use: (frames: Frames) => Promise<void>): Promise<void> {
  const frames = await openFrames(hub);
  try {
    await use(frames);
  } finally {
    frames.leave();
  }
}

async function* readFrames(response: Response): AsyncGenerator<Entity, undefined, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    const blocks = (text + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const line = block.split('\n').find((each) => each.startsWith('data:'));
      if (line) yield JSON.parse(line.slice('data:'.length));
    }
  }
}
