// Writes a feed's steps to its storage in order, one write at a time: steps that arrive meanwhile are gathered into the
// next. After a failure the storage is not used again in this session; the feed runs without it.
import type { Notification } from '@carillon/protocol';
import type { Clock } from '../clock.ts';
import { within } from '../deferred.ts';
import type { BaseStep, Position } from '../feed/feed-view.ts';
import type { LocalChange } from '../feed/local-change.ts';
import type { FeedStorage, FeedWrite } from './feed-storage.ts';
import { type StoredChange, toStored } from './stored-change.ts';

/** The whole feed may be in one write. */
const writeMaxMs = 10_000;

class Gathered implements FeedWrite {
  replace = false;
  readonly items = new Map<string, Notification | null>();
  readonly changes = new Map<string, StoredChange | null>();
  position: Position | null = null;

  add(step: BaseStep): void {
    if (step.type === 'replace') {
      this.replace = true;
      this.items.clear();
      for (const item of step.items) this.items.set(item.id, item);
    } else {
      for (const value of step.values) this.items.set(value.id, '@removed' in value ? null : value);
    }
    this.position = step.position ?? this.position;
  }
}

export interface StorageWriterOptions {
  readonly storage: FeedStorage;
  readonly account: string;
  readonly clock: Clock;
  /** It failed, and is not used again. */
  readonly onFailed: () => void;
}

export class StorageWriter {
  readonly #options: StorageWriterOptions;
  #gathered: Gathered | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: StorageWriterOptions) {
    this.#options = options;
  }

  base(step: BaseStep): void {
    this.#gather().add(step);
  }

  /** Null when the hub has answered. */
  change(key: string, change: LocalChange | null): void {
    this.#gather().changes.set(key, change && toStored(change));
  }

  /** Resolves once all that was handed over is stored, or can't be. */
  flushed(): Promise<void> {
    return this.#writing;
  }

  /** Stops writing; resolves once the write in progress has ended. */
  abandon(): Promise<void> {
    this.#isOver = true;
    return this.#writing;
  }

  fail(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onFailed();
  }

  #gather(): Gathered {
    if (this.#gathered) return this.#gathered;
    const gathered = new Gathered();
    this.#gathered = gathered;
    this.#writing = this.#writing.then(() => this.#write(gathered));
    return gathered;
  }

  async #write(gathered: Gathered): Promise<void> {
    if (this.#gathered === gathered) this.#gathered = null;
    if (this.#isOver) return;
    const { storage, account, clock } = this.#options;
    const { offsetMs } = clock;
    if (gathered.position && offsetMs) gathered.position = { ...gathered.position, offsetMs };
    await within(clock, writeMaxMs, storage.write(account, gathered)).catch(() => this.fail());
  }
}
