// What notifications show beside their words: it loads the drawing of that (./visual.ts) once a row has any, and has what the
// page says of it: the senders by host name, whether pictures of other sites may load, and which of them did not.
import type { Notification, NotificationApp } from '@carillon/protocol';
import type { ReactiveControllerHost } from 'lit';
import type { Clock, Timer } from '../clock.ts';
import type { Asked, Drawing, Pictures, Visual } from '../view/host.ts';

interface Owner extends ReactiveControllerHost {
  readonly clock: Clock;
  readonly now: number;
  readonly isConnected: boolean;
  readonly renderRoot: HTMLElement | DocumentFragment;
}

/** Beyond it, pictures that failed are tried again. */
const failedMax = 1000;
/** Before that a deadline moves with the minutes of the list. */
const countedMs = 120_000;

export class VisualController implements Visual {
  version = 0;
  asked: Asked | null = null;
  readonly #owner: Owner;
  readonly #failed = new Set<string>();
  #senders: ReadonlyMap<string, NotificationApp> = new Map();
  #pictures: Pictures = 'on';
  #drawing: Drawing | null = null;
  #loading: Promise<void> | null = null;
  #timer: Timer | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  show({ apps, pictures }: { apps: readonly NotificationApp[]; pictures: Pictures }): void {
    const named = apps.flatMap((app) => app.hostNames.map((name) => [name.toLowerCase(), app] as const));
    this.#senders = new Map(named);
    this.#pictures = pictures;
    this.version += 1;
  }

  nameOf({ targetHostName }: Notification): string {
    return this.#senderOf(targetHostName)?.displayName ?? targetHostName;
  }

  iconOf(item: Notification): string | null {
    const sender = this.#senderOf(item.targetHostName);
    return (
      this.pictureOf(item, 'iconUrl') ??
      (sender ? this.#shown(sender.iconUrl, `notificationApps/${sender.id}/icon`) : null)
    );
  }

  pictureOf({ id, payload }: Notification, member: 'iconUrl' | 'imageUrl'): string | null {
    return this.#shown(payload.visualContent?.[member], `notifications/${id}/pictures/${member}`);
  }

  /** https alone, and none that has failed. */
  #shown(url: string | null | undefined, path: string): string | null {
    const pictures = this.#pictures;
    if (pictures === 'off' || url == null || !/^https:\/\//i.test(url)) return null;
    const shown = pictures === 'on' ? url : pictures(url, path, this.#redraw);
    return shown !== null && this.#failed.has(shown) ? null : shown;
  }

  ask(asked: Asked | null): void {
    this.asked = asked;
    this.#changed();
  }

  countDown(until: number): void {
    const left = until - this.#owner.now;
    if (this.#timer || left > countedMs) return;
    this.#timer = this.#owner.clock.after(1000, () => {
      this.#timer = null;
      if (this.#owner.isConnected) this.#changed();
    });
  }

  fail(url: string): void {
    if (this.#failed.size >= failedMax) this.#failed.clear();
    this.#failed.add(url);
    this.#changed();
  }

  /** Where it does not load, the words are shown, and the next render asks again. */
  get drawing(): Drawing | null {
    this.#loading ??= import('./visual.ts').then(
      ({ drawing }) => {
        drawing.adoptInto(this.#owner.renderRoot);
        this.#drawing = drawing;
        this.#changed();
      },
      () => {
        this.#loading = null;
      },
    );
    return this.#drawing;
  }

  #senderOf(hostName: string): NotificationApp | undefined {
    return this.#senders.get(hostName.toLowerCase());
  }

  readonly #redraw = (): void => this.#changed();

  #changed(): void {
    this.version += 1;
    this.#owner.requestUpdate();
  }
}
