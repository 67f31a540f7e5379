// One tab's share of a feed: the view, what is kept of it, and its place among the other tabs. The tab that leads connects,
// sends and stores, and tells the others each step, so that all of them show the same; the others tell it what was done.
import type { Clock, Random } from '../clock.ts';
import { Connection, type ConnectionOptions, type Standing } from '../connection/connection.ts';
import type { FeedChange } from '../feed/feed.ts';
import { type BaseStep, FeedView, type Outcome, type ViewState } from '../feed/feed-view.ts';
import type { LocalChange } from '../feed/local-change.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { Requests } from '../requests/requests.ts';
import type { FeedStorage } from '../storage/feed-storage.ts';
import { StorageWriter } from '../storage/writer.ts';
import { type TabMessage, Tabs, type TabsOptions } from './tabs.ts';

export interface SharedViewOptions {
  readonly account: string;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: FeedStorage;
  readonly transports: ConnectionOptions['transports'];
  /** Null: this one shares with nobody. */
  readonly sharing: Pick<TabsOptions, 'locks' | 'openChannel'> | null;
  readonly onChanges: (changes: readonly FeedChange[]) => void;
  readonly onStanding: (standing: Standing) => void;
  /** Another tab signed the user out. */
  readonly onSignOut: () => void;
}

export class SharedView {
  readonly view = new FeedView();
  readonly #options: SharedViewOptions;
  readonly #writer: StorageWriter;
  readonly #tabs: Tabs | null;
  #standing: Standing = { phase: 'connecting', transport: null, reason: 'Connecting.' };
  #connection: Connection | null = null;
  #outbox: Outbox | null = null;
  #stopLeading: () => Promise<void> = async () => {};
  /** Whether the view is that of the tab that leads. */
  #isSynced = false;
  #toldAt = 0;
  #isOver = false;

  constructor(options: SharedViewOptions) {
    this.#options = options;
    this.#writer = new StorageWriter(options.storage, options.account);
    const [onMessage, onLead] = [(message: TabMessage) => this.#hear(message), () => this.#lead()];
    const { account, sharing } = options;
    this.#tabs = sharing ? new Tabs({ account, ...sharing, onMessage, onLead }) : null;
  }

  /** Shows the stored copy, then connects or follows. */
  async open(): Promise<void> {
    const { storage, account } = this.#options;
    const stored = await storage.read(account).catch(() => null);
    if (this.#isOver) return;
    if (stored && !this.#isSynced) {
      const { changes: waiting, ...base } = stored;
      this.#restore({ ...base, waiting, held: [] });
    }
    if (this.#tabs) {
      this.#tabs.stand();
      this.#tabs.post({ type: 'hello' });
    } else this.#stopLeading = this.#lead();
  }

  /** Shows a change at once, and brings it to the hub in time. */
  act(change: LocalChange): void {
    this.#take(change);
    this.#tabs?.post({ type: 'act', change });
  }

  turn(before: number, now: number): void {
    this.#options.onChanges(this.view.turn(before, now));
  }

  retryNow(): void {
    this.#connection?.retryNow();
  }

  reopen(): void {
    this.#connection?.reopen();
  }

  freeze(): void {
    this.#tabs?.stepDown();
  }

  /** Back from a time in which nothing was heard. */
  resume(): void {
    if (this.#isOver || !this.#tabs) return;
    this.#tabs.post({ type: 'hello' });
    this.#tabs.stand();
  }

  /** Stops; what was done stays kept. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tabs?.close();
    await this.#stopLeading();
    await this.#writer.flushed();
  }

  /** Stops, here and in the other tabs, and leaves nothing of the account on the device. */
  async signOut({ tellOthers = true } = {}): Promise<void> {
    if (tellOthers) this.#tabs?.post({ type: 'signOut' });
    const abandoned = this.#writer.abandon();
    await this.close();
    await abandoned;
    this.#restore({ position: null, items: [], waiting: [], held: [] }, { keeps: false });
    await this.#options.storage.clear(this.#options.account);
  }

  #lead(): () => Promise<void> {
    const { requests, clock, random, transports } = this.#options;
    const connection: Connection = new Connection({
      ...{ requests, clock, random, transports },
      cursor: () => this.view.position?.cursor ?? null,
      onBase: (step) => this.#base(step),
      // One that was stopped says that it is closed, which the feed of a tab that stepped down is not.
      onStanding: (standing) => this.#connection === connection && this.#stand(standing),
    });
    const outbox = new Outbox({
      ...{ requests, clock, random, view: this.view },
      stored: () => this.#writer.flushed(),
      onOutcome: (outcome) => this.#settle(outcome),
    });
    this.#connection = connection;
    this.#outbox = outbox;
    this.#keepAll();
    this.#tellView();
    const running = connection.run();
    return async () => {
      outbox.close();
      connection.close();
      this.#connection = null;
      this.#outbox = null;
      await running;
    };
  }

  /** The last leader may have gone before it stored what it had told. */
  #keepAll(): void {
    const { position, items, waiting } = this.view.state();
    if (position && this.#isSynced) this.#writer.base({ type: 'replace', items, position });
    for (const change of waiting) this.#writer.change(change.key, change);
  }

  /** The hub's word, in the tab that leads. */
  #base(step: BaseStep): void {
    const whole = this.#withUntold(step);
    this.#writer.base(whole);
    this.#tabs?.post({ type: 'base', step: whole });
    this.#apply(whole);
  }

  /** Once a minute, or after an absence, drops what expired long ago: its removal may never be told. */
  #withUntold(step: BaseStep): BaseStep {
    const now = this.#options.clock.now();
    if (step.type === 'replace' || !step.position || now - this.#toldAt < 60_000) return step;
    this.#toldAt = now;
    return { ...step, values: [...step.values, ...this.view.removalsUntold(now)] };
  }

  #apply(step: BaseStep): void {
    this.#options.onChanges(this.view.apply(step, this.#options.clock.now()));
  }

  #settle(outcome: Outcome): void {
    for (const key of outcome.keys) this.#writer.change(key, null);
    this.#tabs?.post({ type: 'outcome', outcome });
    this.#options.onChanges(this.view.settle(outcome, this.#options.clock.now()));
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    if (standing.phase === 'live') this.#outbox?.open();
    else this.#outbox?.close();
    if (this.#isOver) return;
    this.#tabs?.post({ type: 'standing', standing: { ...standing, transport: null } });
    this.#options.onStanding(standing);
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

  #hear(message: TabMessage): void {
    if (this.#isOver) return;
    if (message.type === 'signOut') this.#options.onSignOut();
    else if (message.type === 'act') this.#take(message.change);
    else if (this.#connection) {
      if (message.type === 'hello') this.#tellView();
    } else this.#follow(message);
  }

  /** What the tab that leads said. */
  #follow(message: TabMessage): void {
    if (message.type === 'view') {
      this.#isSynced = true;
      this.#restore(message.view);
      this.#options.onStanding(message.standing);
    } else if (message.type === 'standing') this.#options.onStanding(message.standing);
    else if (!this.#isSynced) return;
    else if (message.type === 'base') this.#apply(message.step);
    else if (message.type === 'outcome')
      this.#options.onChanges(this.view.settle(message.outcome, this.#options.clock.now()));
  }

  #tellView(): void {
    const standing = { ...this.#standing, transport: null };
    this.#tabs?.post({ type: 'view', view: this.view.state(), standing });
  }

  /** Becomes that view; what was done here and is not in it yet stays, and is told again. */
  #restore(state: ViewState, { keeps = true } = {}): void {
    const known = new Set([...state.waiting, ...state.held].map(({ key }) => key));
    const own = keeps ? [...this.view.waiting.values()].filter(({ key }) => !known.has(key)) : [];
    this.#options.onChanges(this.view.restore(state));
    for (const change of own) this.act(change);
  }
}
