// What the browser shows for the hub: notifications tagged with their id, at most one filler where there is nothing to
// show, and the badge. The browser's own list is the source of truth; no copy of it is stored. What the engine does not
// let go yet stays: the next event closes it.
import type { Notification as HubNotification } from '@carillon/protocol';
import type { Clock } from '../clock.ts';
import { closableAfterMs, isSurelyChromium, shownAtOf } from '../web-push/engine.ts';
import type { FillerReason } from './decide.ts';
import { lateWords } from './look/late-words.ts';
import { announce, paintVisual, planActions } from './look/paint.ts';
import { type Announced, english, type ServeOptions, type Shown, type ShownOptions } from './options.ts';

/** Rides in `data` of each shown notification, beside the app's own. */
export interface About {
  readonly id: string;
  /** Null until the hub has answered. */
  readonly contentVersion: number | null;
  readonly url: string;
  /** What its actions open, where they do not open `url`. */
  readonly actionUrls?: Readonly<Record<string, string>>;
  /** Which of its actions answer, and which of those by a line of text. */
  readonly answers?: readonly string[];
  readonly inputs?: readonly string[];
  /** In milliseconds since 1970. */
  readonly shownAt?: number;
}

export const fillerTag = 'carillon-filler';
/** Of what tells that an answer does not count; the id of its question follows. */
export const lateTag = 'carillon-late ';

/** No more pushes run side by side. */
const unclaimedMax = 100;

export type Painter = Pick<ServeOptions, 'openUrl' | 'show' | 'words'>;

/** A repeated push shows the same in its place, without a sound. */
export interface ShowHow {
  readonly isRepeated?: boolean;
}

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
  readonly #clock: Clock;
  readonly isChromium: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  #showings = 0;
  /** Showings that no push has counted as its own. */
  #unclaimed: number[] = [];

  constructor({ registration, navigator }: ServiceWorkerGlobalScope, painter: Painter, clock: Clock) {
    this.#registration = registration;
    this.#navigator = navigator;
    this.#painter = painter;
    this.#clock = clock;
    this.isChromium = isSurelyChromium(navigator);
  }

  /**
   * Begins a push. Answers how to ask whether something was shown for it: engines count each push by itself, so that a
   * showing counts for one of those that run side by side.
   */
  beginPush(): () => boolean {
    const from = this.#showings;
    let hasShown = false;
    return () => {
      const own = hasShown ? undefined : this.#unclaimed.find((each) => each > from);
      if (own === undefined) return hasShown;
      this.#unclaimed = this.#unclaimed.filter((each) => each !== own);
      hasShown = true;
      return true;
    };
  }

  async displayed(): Promise<Set<string>> {
    const shown = await this.#list();
    return new Set(shown.flatMap((one) => aboutOf(one)?.id ?? []));
  }

  /** Closes everything of the hub; what the app shows by itself stays. */
  async closeAll(): Promise<void> {
    await this.#closeWhere((about, tag) => about !== null || tag === fillerTag || tag.startsWith(lateTag));
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
  async show(announced: Announced, { isRepeated = false }: ShowHow = {}): Promise<void> {
    const shown = this.#paint(announced);
    if (!shown) return;
    const { id, notification } = announced;
    const { data, ...options } = shown.options ?? {};
    await this.#show(shown.title, {
      renotify: !isRepeated,
      ...(notification ? { timestamp: Date.parse(notification.createdDateTime) } : {}),
      ...options,
      ...(isRepeated ? { silent: true } : {}),
      tag: id,
      data: { ...(typeof data === 'object' ? data : { data }), carillon: this.#about(announced) },
    });
    await this.closeOlder();
  }

  /** `words` are the sender's for a push without content. */
  async showFiller(
    reason: FillerReason,
    words?: { readonly title?: string; readonly body?: string },
  ): Promise<void> {
    const own = { ...english, ...this.#painter.words };
    const { title = own[reason], body } = reason === 'signedOut' ? {} : (words ?? {});
    const carillon: Pick<About, 'shownAt'> = { shownAt: this.#clock.now() };
    await this.#show(title, { ...(body ? { body } : {}), tag: fillerTag, silent: true, data: { carillon } });
    await this.closeOlder();
  }

  /** An answer that was given here does not count: the question as it is now. It rings for nobody. */
  async showLate(id: string, item: HubNotification | null): Promise<void> {
    const words = { ...english, ...this.#painter.words };
    const { title = words.upToDate } = item?.payload.visualContent ?? {};
    const carillon: Pick<About, 'shownAt'> = { shownAt: this.#clock.now() };
    await this.#show(title, {
      body: lateWords(item, words),
      tag: `${lateTag}${id}`,
      silent: true,
      data: { carillon },
    });
  }

  /** Where an engine ignores tags (iOS), what was shown for one id before its newest. */
  async closeOlder(): Promise<void> {
    if (this.isChromium) return;
    const newest = new Map<string, number>();
    const listed = await this.#list().catch(() => []);
    const shown = listed.map((one) => ({ one, at: shownAtOf(one.data) ?? Infinity }));
    for (const { one, at } of shown) newest.set(one.tag, Math.max(newest.get(one.tag) ?? 0, at));
    for (const { one, at } of shown) if (at < (newest.get(one.tag) ?? 0)) this.#close(one);
  }

  /** The number on the app's icon, where the browser has one. */
  async badge(unreadCount: number): Promise<void> {
    const navigator = this.#navigator;
    if (!('setAppBadge' in navigator)) return;
    const set = unreadCount > 0 ? navigator.setAppBadge(unreadCount) : navigator.clearAppBadge();
    await set.catch(() => {});
  }

  #about(announced: Announced): About {
    const { id, notification, url } = announced;
    return {
      id,
      contentVersion: notification?.contentVersion ?? null,
      url: this.#painter.openUrl?.(announced) ?? url ?? this.#registration.scope,
      ...planActions(announced),
      shownAt: this.#clock.now(),
    };
  }

  async #show(title: string, options: ShownOptions): Promise<void> {
    await this.#inTurn(() => this.#registration.showNotification(title, options));
    this.#unclaimed = [...this.#unclaimed, ++this.#showings].slice(-unclaimedMax);
  }

  #close(one: Notification): void {
    const { isChromium } = this;
    if (closableAfterMs(one, { isChromium, now: this.#clock.now() }) === 0) one.close();
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
    for (const one of await this.#list()) if (isWanted(aboutOf(one), one.tag)) this.#close(one);
  }
}
