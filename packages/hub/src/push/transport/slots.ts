// The bound on open connections of all origins together. One more has to wait until a connection closes by itself or an
// idle one is closed to make room.
import type { Socket } from 'node:net';

export class ConnectionFailure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class ConnectionSlots {
  readonly #max: number;
  readonly #makeRoom: () => void;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  #reserved = 0;
  #closed = false;

  constructor(options: { readonly max: number; readonly makeRoom: () => void }) {
    this.#max = options.max;
    this.#makeRoom = options.makeRoom;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.size > 0;
  }

  /** Reserves a slot, to be occupied in the same turn. Rejects with the signal's reason when that comes first. */
  async reserve(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#closed && this.#isFull()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#makeRoom();
      await promise;
      this.#waiting.delete(resolve);
    }
    if (signal.aborted || this.#closed) {
      this.#wake(); // it may have been woken for a slot that it no longer needs
      throw signal.aborted ? signal.reason : new ConnectionFailure('CLOSED');
    }
    this.#reserved += 1;
  }

  /** Connects in the reserved slot, which is free again when the socket has closed. */
  occupy(connect: () => Socket): Socket {
    try {
      const socket = connect();
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#wake();
      });
      return socket;
    } finally {
      this.#reserved -= 1;
      this.#wake();
    }
  }

  /** Ends every connection at once, and the waiting for one. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#waiting) wake();
    for (const socket of this.#sockets) socket.destroy(new ConnectionFailure('CLOSED'));
  }

  #isFull(): boolean {
    return this.#sockets.size + this.#reserved >= this.#max;
  }

  #wake(): void {
    if (this.#isFull()) return;
    const [first] = this.#waiting;
    if (!first) return;
    this.#waiting.delete(first);
    first();
  }
}
