// One tab's copy of a feed: the view, its storage, and the exchange with the other tabs. The tab that leads connects, sends
// and stores, and posts each step to the others, so that all show the same; the others post what the user did to it.
import { type Clock, HubClock, type Random } from '../clock.ts';
import {
  beginning,
  Connection,
  type ConnectionOptions,
  type ConnectionStatus,
} from '../connection/connection.ts';
import { within } from '../deferred.ts';
import type { FeedChange } from '../feed/feed.ts';
import { type BaseStep, FeedView, type Outcome, type ViewState } from '../feed/feed-view.ts';
import type { Lacks } from '../feed/lacks.ts';
import type { LocalChange } from '../feed/local-change.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { Requests } from '../requests/requests.ts';
import { answerMaxMs, type FeedStorage } from '../storage/feed-storage.ts';
import { fromStored, toStored } from '../storage/stored-change.ts';
import { StorageWriter } from '../storage/writer.ts';
import { fromPosted, type TabMessage, toPosted } from './tab-message.ts';
import { openTabs, type Tabs, type TabsOptions } from './tabs.ts';

export interface SharedViewOptions {
  readonly account: string;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: FeedStorage;
  readonly transports: ConnectionOptions['transports'];
  /** Null: this tab has a stream of its own. */
  readonly sharing: Pick<TabsOptions, 'locks' | 'openChannel'> | null;
  readonly lacks: Lacks;
  readonly onChanges: (changes: readonly FeedChange[]) => void;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** Another tab signed the user out. */
  readonly onSignOut: () => void;
}

export class SharedView {
  readonly view = new FeedView();
  readonly #options: SharedViewOptions;
  readonly #writer: StorageWriter;
  readonly #tabs: Tabs | null;
  #status = beginning;
  #connection: Connection | null = null;
  #outbox: Outbox | null = null;
  #stopLeading: () => Promise<void> = async () => {};
  /** Whether the view is that of the tab that leads. */
  #isSynced = false;
  #sweptAt = 0;
  #isRestored = false; // a stored copy that came after what the hub sent would take its place
  #isOver = false;

  constructor(options: SharedViewOptions) {
    this.#options = options;
    const { account, clock, sharing, lacks } = options;
    this.#writer = new StorageWriter({ ...options, onFailed: () => lacks.set('memoryOnly', true) });
    const [onMessage, onLead] = [(message: TabMessage) => this.#receive(message), () => this.#lead()];
    const onAlone = (isAlone: boolean) => lacks.set('unshared', isAlone);
    if (clock instanceof HubClock)
      clock.onChange = () => options.onChanges(this.view.restore(this.view.state()));
    this.#tabs = sharing && openTabs({ ...sharing, account, clock, onMessage, onLead, onAlone });
  }

  /** Shows the stored copy, then connects or follows. */
  async open(): Promise<void> {
    const { storage, account, clock } = this.#options;
    const stored = await within(clock, answerMaxMs, storage.read(account)).catch(() => this.#writer.fail());
    if (this.#isOver) return;
    if (stored && !this.#isSynced) {
      const { changes, ...base } = stored;
      if (clock instanceof HubClock) clock.restore(base.position?.offsetMs ?? 0);
      this.#restore({ ...base, waiting: changes.map(fromStored), acknowledged: [] });
    }
    this.#isRestored = true;
    if (this.#tabs) this.#tabs.join();
    else this.#stopLeading = this.#lead();
  }

  /** Shows a change at once; the tab that leads sends it. */
  act(change: LocalChange): void {
    this.#take(change);
    this.#tabs?.post({ type: 'act', change: toStored(change) });
  }

  turn(before: number, now: number): void {
    this.#options.onChanges(this.view.turn(before, now));
  }

  wake(reopens: boolean): void {
    this.#connection?.wake(reopens);
  }

  freeze(): void {
    this.#tabs?.releaseLead();
  }

  /** The tab runs again after a time without messages; browsers say so of a page that has just loaded, too. */
  resume(): void {
    if (this.#isRestored && !this.#isOver) this.#tabs?.join();
  }

  /** Stops; what was done stays stored. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tabs?.close();
    await this.#stopLeading();
    await this.#writer.flushed();
  }

  /** Stops, here and in the other tabs, and removes everything of the account from the device. */
  async signOut({ postToTabs = true } = {}): Promise<void> {
    if (postToTabs) this.#tabs?.post({ type: 'signOut' });
    await Promise.all([this.#writer.abandon(), this.close()]);
    this.#restore({ position: null, items: [], waiting: [], acknowledged: [] }, { keeps: false });
    await this.#options.storage.clear(this.#options.account);
  }

  #lead(): () => Promise<void> {
    const { requests, clock, random, transports } = this.#options;
    const connection: Connection = new Connection({
      ...{ requests, clock, random, transports },
      cursor: () => this.view.position?.cursor ?? null,
      onBase: (step) => this.#base(step),
      // A connection that was stopped reports `closed`; the feed of a tab that released the lead is not closed.
      onStatus: (status) => this.#connection === connection && this.#setStatus(status),
    });
    const outbox = new Outbox({
      ...{ requests, clock, random, view: this.view },
      stored: () => this.#writer.flushed(),
      onOutcome: (outcome) => this.#settle(outcome),
    });
    this.#connection = connection;
    this.#outbox = outbox;
    this.#storeAll();
    this.#postView();
    const running = connection.run();
    return async () => {
      outbox.close();
      connection.close();
      this.#connection = null;
      this.#outbox = null;
      await running;
    };
  }

  /** The last leader may have ended before it stored what it had posted. */
  #storeAll(): void {
    const { position, items, waiting } = this.view.state();
    if (position && this.#isSynced) this.#writer.base({ type: 'replace', items, position });
    for (const change of waiting) this.#writer.change(change.key, change);
  }

  /** Takes a step of the base from the hub, in the tab that leads. */
  #base(step: BaseStep): void {
    const whole = this.#withSwept(step);
    this.#writer.base(whole);
    this.#tabs?.post({ type: 'base', step: whole });
    this.#apply(whole);
  }

  /** Once a minute, or after an absence, removes what expired long ago: the hub may no longer send its removal. */
  #withSwept(step: BaseStep): BaseStep {
    const now = this.#options.clock.now();
    if (step.type === 'replace' || !step.position || now - this.#sweptAt < 60_000) return step;
    this.#sweptAt = now;
    return { ...step, values: [...step.values, ...this.view.expiredRemovals(now)] };
  }

  #apply(step: BaseStep): void {
    this.#options.onChanges(this.view.apply(step, this.#options.clock.now()));
  }

  #settle(outcome: Outcome): void {
    for (const key of outcome.keys) this.#writer.change(key, null);
    this.#tabs?.post({ type: 'outcome', outcome });
    this.#options.onChanges(this.view.settle(outcome, this.#options.clock.now()));
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status;
    if (status.phase === 'live') this.#outbox?.open();
    else this.#outbox?.close();
    if (this.#isOver) return;
    this.#tabs?.post({ type: 'standing', standing: { ...status, transport: null } });
    this.#options.onStatus(status);
  }

  #take(change: LocalChange): void {
    if (this.view.waiting.has(change.key)) return;
    if (this.#outbox || !this.#tabs) {
      for (const key of change.replaces) this.#writer.change(key, null);
      this.#writer.change(change.key, change);
    }
    this.#options.onChanges(this.view.act(change, this.#options.clock.now()));
    this.#outbox?.send();
  }

  #receive(message: TabMessage): void {
    if (this.#isOver) return;
    if (message.type === 'signOut') this.#options.onSignOut();
    else if (message.type === 'act') this.#take(fromStored(message.change));
    else if (this.#connection) {
      if (message.type === 'hello') this.#postView();
    } else this.#follow(message);
  }

  /** A message of the tab that leads. */
  #follow(message: TabMessage): void {
    if (message.type === 'view') {
      this.#isSynced = true;
      this.#restore(fromPosted(message.view));
      this.#options.onStatus(message.standing);
    } else if (message.type === 'standing') this.#options.onStatus(message.standing);
    else if (!this.#isSynced) return;
    else if (message.type === 'base') this.#apply(message.step);
    else if (message.type === 'outcome')
      this.#options.onChanges(this.view.settle(message.outcome, this.#options.clock.now()));
  }

  #postView(): void {
    const standing = { ...this.#status, transport: null };
    this.#tabs?.post({ type: 'view', view: toPosted(this.view.state()), standing });
  }

  /** Replaces the view; a change that was made here and is not in the new one is posted again. */
  #restore(state: ViewState, { keeps = true } = {}): void {
    const known = new Set([...state.waiting, ...state.acknowledged].map(({ key }) => key));
    const own = keeps ? [...this.view.waiting.values()].filter(({ key }) => !known.has(key)) : [];
    this.#options.onChanges(this.view.restore(state));
    for (const change of own) this.act(change);
  }
}
