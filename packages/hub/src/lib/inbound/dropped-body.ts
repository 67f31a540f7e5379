// What is left of a body that is too large. It is read and dropped as far as that has a bound: a connection that is closed
// before its sender has written all takes the answer with it, and a proxy in front says 502 instead.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

const droppedBytesMax = 8 * 1024 * 1024;

/** A body that says so much of itself is not read at all, and its connection closes. */
export function isBeyondMeasure({ 'content-length': length }: IncomingHttpHeaders): boolean {
  return Number(length ?? 0) > droppedBytesMax;
}

export function dropRest(body: Readable): void {
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > droppedBytesMax) body.destroy();
  });
}
