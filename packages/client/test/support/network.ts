// The way from one client to the hub, with a switch: switched off, what is under way breaks and nothing else gets
// through, as in a tunnel. It counts what passes.
import type { WebSocketClass } from '../../src/transports/web-socket.ts';

export class Network {
  /** Requests that left, by method and path below the version, without their query. */
  readonly requests: string[] = [];
  #isOn = true;
  #cut = new AbortController();
  readonly #sockets = new Set<WebSocket>();

  get isOn(): boolean {
    return this.#isOn;
  }

  switch(isOn: boolean): void {
    if (this.#isOn === isOn) return;
    this.#isOn = isOn;
    if (isOn) return;
    this.#cut.abort(new TypeError('the network is off'));
    this.#cut = new AbortController();
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    if (!this.#isOn) throw new TypeError('the network is off');
    const path = new URL(String(input)).pathname.replace(/^\/v1\.0\/(me\/)?/, '');
    this.requests.push(`${init?.method ?? 'GET'} ${path}`);
    const signals = [this.#cut.signal, ...(init?.signal ? [init.signal] : [])];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };

  readonly WebSocket: WebSocketClass = this.#socketClass();

  #socketClass(): WebSocketClass {
    const isOn = (): boolean => this.#isOn;
    const sockets = this.#sockets;
    const requests = this.requests;
    return class extends WebSocket {
      constructor(url: string, options?: string[]) {
        // Nothing listens on port 1, so it fails as a network that is away does.
        super(isOn() ? url : 'ws://127.0.0.1:1', options);
        if (isOn()) requests.push('GET stream');
        sockets.add(this);
        this.addEventListener('close', () => sockets.delete(this));
      }
    };
  }
}
