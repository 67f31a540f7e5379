// Where log lines leave the process: standard error, whatever is behind it. A full disk, a reader that stopped and a
// reader that is gone cost lines, never an answer: nothing here blocks the thread or throws, what waits has a bound in
// bytes, and what was dropped is counted and logged once the log can be written again.
import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';

export interface LogSink {
  /** Takes one line with its line break. */
  write(line: string): void;
  /** Lines that could not be kept. */
  readonly dropped: number;
  /** Writes what waits as far as that needs no waiting; for the moment before the process ends. */
  flushSync(): void;
}

/** Writes the start of a chunk; answers how many bytes it took, or why none. */
export interface Output {
  write(chunk: Buffer, done: (error: Error | null, written: number) => void): void;
  /** As many bytes as go at once. */
  writeSync(chunk: Buffer): number;
}

/** A line a request would be a write a request: they leave together, within a second. */
const flushBytes = 4096;
const flushAfterMs = 1000;
const waitingBytesMax = 1024 * 1024;
const chunkBytesMax = 64 * 1024;
const retryAfterMs = 250;

export function openLogSink(clock: Clock, output: Output = openOutput(2)): LogSink {
  return new BoundedSink(clock, output);
}

class BoundedSink implements LogSink {
  readonly #clock: Clock;
  readonly #output: Output;
  #lines: string[] = [];
  #waitingBytes = 0;
  /** What is being written now; its end when it was written in part. */
  #chunk: Buffer | null = null;
  #flushPlanned = false;
  #writing = false;
  /** The last write failed: the next try has its time. */
  #failing = false;
  #untoldDrops = 0;
  dropped = 0;

  constructor(clock: Clock, output: Output) {
    this.#clock = clock;
    this.#output = output;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > waitingBytesMax) {
      this.dropped++;
      this.#untoldDrops++;
      return;
    }
    this.#lines.push(line);
    this.#waitingBytes += bytes;
    if (this.#writing || this.#failing) return;
    if (this.#waitingBytes >= flushBytes) this.#flush();
    else this.#planFlush(flushAfterMs);
  }

  flushSync(): void {
    // What is being written is on its way, and may be out already: it is not repeated.
    if (this.#writing) this.#chunk = null;
    for (let chunk = this.#nextChunk(); chunk; chunk = this.#nextChunk()) {
      const written = this.#output.writeSync(chunk);
      this.#took(chunk, written);
      if (written < chunk.length) return;
    }
  }

  #planFlush(delayMs: number): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    this.#clock.after(delayMs, () => {
      this.#flushPlanned = false;
      if (!this.#writing) this.#flush();
    });
  }

  #flush(): void {
    const chunk = this.#nextChunk();
    if (!chunk) return;
    this.#writing = true;
    this.#output.write(chunk, (error, written) => {
      this.#took(chunk, written);
      this.#writing = false;
      this.#failing = error !== null || written === 0;
      if (this.#failing) this.#planFlush(retryAfterMs);
      else this.#flush();
    });
  }

  #nextChunk(): Buffer | null {
    if (this.#chunk) return this.#chunk;
    if (this.#lines.length === 0) return null;
    let bytes = 0;
    let count = 0;
    for (; count < this.#lines.length && bytes < chunkBytesMax; count++)
      bytes += Buffer.byteLength(this.#lines[count] ?? '');
    this.#chunk = Buffer.from(this.#lines.splice(0, count).join(''));
    return this.#chunk;
  }

  #took(chunk: Buffer, written: number): void {
    this.#waitingBytes -= written;
    this.#chunk = written < chunk.length ? chunk.subarray(written) : null;
    if (written > 0 && this.#chunk === null) this.#tellDrops();
  }

  #tellDrops(): void {
    if (this.#untoldDrops === 0) return;
    const lines = this.#untoldDrops;
    this.#untoldDrops = 0;
    const time = new Date(this.#clock.now()).toISOString();
    const msg = 'log lines were dropped, because the log could not be written';
    this.write(`${JSON.stringify({ level: 40, time, lines, msg })}\n`);
  }
}

/** The output behind a descriptor, in the way that never blocks for its kind. */
function openOutput(fd: number): Output {
  const stat = fstatSync(fd);
  if (stat.isSocket()) return socketOutput(fd);
  // A pipe or terminal blocks a thread of the pool, and with it the end of the process, when its reader stops: a
  // description of our own can be non-blocking without changing the one that other processes share.
  const own = stat.isFIFO() || stat.isCharacterDevice() ? reopened(fd) : fd;
  return {
    write: (chunk, done) => write(own, chunk, done),
    writeSync(chunk) {
      try {
        return writeSync(own, chunk);
      } catch {
        return 0;
      }
    },
  };
}

function reopened(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // another system, or a device that this user may not open
  }
}

/** journald hands a socket over, which can't be opened again. */
function socketOutput(fd: number): Output {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => {}); // each write gets its own
  socket.unref();
  return {
    write: (chunk, done) => socket.write(chunk, (error) => done(error ?? null, error ? 0 : chunk.length)),
    writeSync(chunk) {
      socket.write(chunk, () => {});
      return chunk.length;
    },
  };
}
