// Updates relative times: at each full minute, while the component is on the page and visible.
// It uses the component's clock.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Clock, Timer } from '../clock.ts';

interface Owner extends ReactiveControllerHost {
  readonly clock: Clock;
}

const minuteMs = 60_000;

export class TickController implements ReactiveController {
  readonly #owner: Owner;
  #timer: Timer | null = null;
  #isConnected = false;

  constructor(owner: Owner) {
    this.#owner = owner;
    owner.addController(this);
  }

  hostConnected(): void {
    this.#isConnected = true;
    document.addEventListener('visibilitychange', this.#seen);
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    document.removeEventListener('visibilitychange', this.#seen);
    this.#stop();
  }

  /** At the first update the page has set its clock. */
  hostUpdated(): void {
    if (!this.#timer && this.#isConnected) this.#wait();
  }

  #wait(): void {
    const { clock } = this.#owner;
    this.#timer = clock.after(minuteMs - (clock.now() % minuteMs), () => {
      this.#timer = null;
      if (!document.hidden) this.#owner.requestUpdate();
    });
  }

  readonly #seen = (): void => {
    if (!document.hidden) this.#owner.requestUpdate();
  };

  #stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }
}
