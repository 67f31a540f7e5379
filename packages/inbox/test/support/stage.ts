// What a test page holds: the component, feeds in each state by name, and a clock that only moves when it is told to.
// It is bundled for the browser; tests reach it as `stage`.
import type { Clock, Timer } from '../../src/clock.ts';
import { type CarillonInbox, setLocale } from '../../src/index.ts';
import { MemoryFeed } from './memory-feed.ts';
import { handledItems, longItems, manyItems, notification, sampleItems } from './samples.ts';
import { questionItems, senders, visualItems } from './visual-samples.ts';

/** A Thursday, half past two in the afternoon of the browser's zone. */
const start = new Date(2026, 10, 19, 14, 30).getTime();

class StageClock implements Clock {
  #now = start;
  readonly #waiting = new Set<{ at: number; call: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, call: () => void): Timer {
    const entry = { at: this.#now + delayMs, call };
    this.#waiting.add(entry);
    return { stop: () => this.#waiting.delete(entry) };
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = [...this.#waiting].filter(({ at }) => at <= this.#now);
    for (const entry of due) {
      this.#waiting.delete(entry);
      entry.call();
    }
  }
}

const waiting = { complete: false, transport: null } as const;

const feeds = {
  list: () => new MemoryFeed(sampleItems(start)),
  empty: () => new MemoryFeed(),
  loading: () => new MemoryFeed([], { ...waiting, phase: 'connecting' }),
  offlineEmpty: () =>
    new MemoryFeed([], { ...waiting, phase: 'offline', reason: 'The hub does not answer.' }),
  offline: () =>
    new MemoryFeed(sampleItems(start), {
      phase: 'offline',
      transport: null,
      pending: 3,
      reason: 'No network.',
    }),
  signedOut: () => new MemoryFeed([], { ...waiting, phase: 'signedOut', reason: 'The session has ended.' }),
  catchingUp: () => new MemoryFeed(sampleItems(start), { phase: 'catchingUp', pending: 1 }),
  error() {
    const feed = new MemoryFeed([], { ...waiting, phase: 'connecting' });
    feed.fail();
    return feed;
  },
  read: () => new MemoryFeed(sampleItems(start).map((item) => ({ ...item, readState: 'read' as const }))),
  history: () => new MemoryFeed(handledItems(start)),
  raw: () =>
    new MemoryFeed([
      { ...notification('raw', start, { title: '' }), payload: { rawContent: '{}' }, priority: 'None' },
      {
        ...notification('raw-asked', start - 60_000, { title: '' }),
        payload: { rawContent: '{}' },
        priority: 'Low',
      },
      ...sampleItems(start - 120_000).slice(0, 2),
    ]),
  long: () => new MemoryFeed(longItems(start)),
  visual: () => new MemoryFeed(visualItems(start)),
  questions: () => new MemoryFeed(questionItems(start)),
  many: () => new MemoryFeed(manyItems(10_000, start)),
};

export type FeedName = keyof typeof feeds;

export interface StageOptions {
  readonly feed: FeedName;
  readonly inline?: boolean;
  readonly theme?: 'light' | 'dark';
  readonly lang?: string;
  readonly dir?: string;
  readonly pictures?: 'on' | 'off';
}

function show({
  feed,
  inline = false,
  theme = 'light',
  lang = 'en',
  dir = '',
  pictures = 'on',
}: StageOptions): Promise<boolean> {
  document.querySelector('carillon-inbox')?.remove();
  const element = document.createElement('carillon-inbox');
  Object.assign(stage, { element, feed: feeds[feed](), clock: new StageClock(), events: [] });
  element.lang = lang;
  if (dir !== '') element.dir = dir;
  element.inline = inline;
  element.theme = theme;
  element.clock = stage.clock;
  element.feed = stage.feed;
  element.pictures = pictures;
  element.apps = senders;
  for (const name of [
    'carillon-activate',
    'carillon-action',
    'carillon-count',
    'carillon-toggle',
    'carillon-sign-in',
  ] as const) {
    element.addEventListener(name, (event) => stage.events.push({ name, detail: event.detail }));
  }
  document.documentElement.style.colorScheme = theme;
  document.querySelector(inline ? 'main' : 'header')?.append(element);
  return element.updateComplete;
}

export interface Stage {
  element: CarillonInbox;
  feed: MemoryFeed;
  clock: StageClock;
  events: { readonly name: string; readonly detail: unknown }[];
  readonly show: typeof show;
  readonly makeFeed: (name: FeedName) => MemoryFeed;
  readonly notification: typeof notification;
  readonly setLocale: typeof setLocale;
  readonly start: number;
}

const makeFeed = (name: FeedName): MemoryFeed => feeds[name]();
const opened = { show, makeFeed, notification, setLocale, start } as Stage;

declare global {
  var stage: Stage;
}

globalThis.stage = opened;
