// What the browser shows for the hub: notifications tagged with their id, at most one filler where there is nothing to
// show, and the badge. The browser's own list is the source of truth; no copy of it is stored.
import type { Notification as HubNotification } from '@carillon/protocol';
import type { FillerReason } from './decide.ts';
import { type Announced, english, type ServeOptions, type Shown, type ShownOptions } from './options.ts';

/** Rides in `data` of each shown notification, beside the app's own. */
export interface About {
  readonly id: string;
  /** Null until the hub has answered. */
  readonly contentVersion: number | null;
  readonly url: string;
}

export const readAction = 'carillon-read';
export const snoozeAction = 'carillon-snooze';
export const fillerTag = 'carillon-filler';

export type Painter = Pick<ServeOptions, 'openUrl' | 'show' | 'words'>;

/** Null for what another part of the app has shown. */
export function aboutOf({ data }: { readonly data: unknown }): About | null {
  const about = typeof data === 'object' && data !== null && 'carillon' in data ? data.carillon : null;
  return isAbout(about) ? about : null;
}

function isAbout(value: unknown): value is About {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}

export class Screen {
  readonly #registration: ServiceWorkerRegistration;
  readonly #navigator: WorkerNavigator;
  readonly #painter: Painter;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ registration, navigator }: ServiceWorkerGlobalScope, painter: Painter) {
    this.#registration = registration;
    this.#navigator = navigator;
    this.#painter = painter;
  }

  async displayed(): Promise<Set<string>> {
    const shown = await this.#list();
    return new Set(shown.flatMap((one) => aboutOf(one)?.id ?? []));
  }

  /** Closes everything of the hub; what the app shows by itself stays. */
  async closeAll(): Promise<void> {
    await this.#closeWhere((about, tag) => about !== null || tag === fillerTag);
  }

  async close(ids: Iterable<string>): Promise<void> {
    const wanted = new Set(ids);
    if (wanted.size > 0) await this.#closeWhere((about) => about !== null && wanted.has(about.id));
  }

  async closeFiller(): Promise<void> {
    await this.#closeWhere((_about, tag) => tag === fillerTag);
  }

  canShow(notification: HubNotification): boolean {
    return this.#paint(announce(notification)) !== null;
  }

  /** Rings, also where it replaces itself. Rejects when the browser doesn't show it. */
  async show(announced: Announced): Promise<void> {
    const shown = this.#paint(announced);
    if (!shown) return;
    const { id, notification } = announced;
    const contentVersion = notification?.contentVersion ?? null;
    const url = this.#painter.openUrl?.(announced) ?? this.#registration.scope;
    const { data, ...options } = shown.options ?? {};
    const about: About = { id, contentVersion, url };
    await this.#show(shown.title, {
      renotify: true,
      ...(notification ? { timestamp: Date.parse(notification.createdDateTime) } : {}),
      ...options,
      tag: id,
      data: { ...(typeof data === 'object' ? data : { data }), carillon: about },
    });
  }

  async showFiller(reason: FillerReason): Promise<void> {
    const words = { ...english, ...this.#painter.words };
    await this.#show(words[reason], { tag: fillerTag, silent: true });
  }

  /** The number on the app's icon, where the browser has one. */
  async badge(unreadCount: number): Promise<void> {
    const navigator = this.#navigator;
    if (!('setAppBadge' in navigator)) return;
    const set = unreadCount > 0 ? navigator.setAppBadge(unreadCount) : navigator.clearAppBadge();
    await set.catch(() => {});
  }

  #show(title: string, options: ShownOptions): Promise<void> {
    return this.#inTurn(() => this.#registration.showNotification(title, options));
  }

  #list(): Promise<Notification[]> {
    return this.#inTurn(() => this.#registration.getNotifications());
  }

  /** Chromium 156 loses a notification that is being shown while the list of what is shown is read. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #paint(announced: Announced): Shown | null {
    const { show = (it: Announced) => paintVisual(it, this.#painter) } = this.#painter;
    return show(announced);
  }

  async #closeWhere(isWanted: (about: About | null, tag: string) => boolean): Promise<void> {
    for (const one of await this.#list()) if (isWanted(aboutOf(one), one.tag)) one.close();
  }
}

export function announce(notification: HubNotification): Announced {
  const { title = '', body = null } = notification.payload.visualContent ?? {};
  return { id: notification.id, title, body, notification };
}

/** Only the app can read raw content: it is shown only by the app's own `show`. */
function paintVisual({ title, body }: Announced, { words }: Painter): Shown | null {
  if (title === '') return null;
  const { markRead, snoozeHour } = { ...english, ...words };
  const actions = [
    { action: readAction, title: markRead },
    { action: snoozeAction, title: snoozeHour },
  ];
  return { title, options: { actions, ...(body === null ? {} : { body }) } };
}
