// What came: the newest delivered pushes, counters, and promises of those who wait for one. Bounded, so that a
// measurement may run for hours; a position counts every delivered push since the start and never goes back.
import { type Delivered, type ProviderName, providerNames } from './simulator.ts';

export interface ProviderStats {
  /** Requests on the provider's paths, token requests included. */
  requests: number;
  delivered: number;
  /** How they were answered, by HTTP status; `none`: the connection was broken, or no answer is to come. */
  readonly answers: Record<string, number>;
}

export interface Stats {
  readonly connections: { http1: number; http2: number };
  readonly providers: Readonly<Record<ProviderName, ProviderStats>>;
}

export interface Page {
  readonly delivered: readonly (Delivered & { readonly position: number })[];
  /** Position of the newest of this page, to go on after. */
  readonly last: number;
}

interface Waiter {
  /** True when it has got what it waited for. */
  readonly check: (push: Delivered | null) => boolean;
  readonly reject: (error: Error) => void;
}

export class DeliveryRecord {
  /** Between `keep` and twice as many, so that dropping costs nothing a push. */
  readonly delivered: Delivered[] = [];
  readonly stats: Stats = { connections: { http1: 0, http2: 0 }, providers: noStats() };
  readonly #keep: number;
  readonly #onDelivered: (push: Delivered) => void;
  readonly #waiters = new Set<Waiter>();
  /** Position of the last that was dropped. */
  #dropped = 0;

  constructor(keep: number, onDelivered: (push: Delivered) => void = () => {}) {
    this.#keep = keep;
    this.#onDelivered = onDelivered;
  }

  get total(): number {
    return this.#dropped + this.delivered.length;
  }

  add(push: Delivered): void {
    this.stats.providers[push.provider].delivered += 1;
    this.delivered.push(push);
    if (this.delivered.length >= 2 * this.#keep) this.#drop(this.#keep);
    this.#wake(push);
    this.#onDelivered(push);
  }

  /** Counts one answer. */
  answered(provider: ProviderName, status: number | 'none'): void {
    const { answers } = this.stats.providers[provider];
    answers[status] = (answers[status] ?? 0) + 1;
    this.#wake(null);
  }

  clear(): void {
    this.#drop(this.delivered.length);
  }

  read(options: { readonly provider: string | null; readonly after: number; readonly limit: number }): Page {
    const page: (Delivered & { position: number })[] = [];
    let last = Math.max(options.after, this.#dropped);
    for (const push of this.delivered.slice(last - this.#dropped)) {
      if (page.length >= options.limit) break;
      last += 1;
      if (options.provider === null || options.provider === push.provider)
        page.push({ position: last, ...push });
    }
    return { delivered: page, last };
  }

  /** The first delivered push that matches, of those kept and all to come. */
  waitFor(match: (push: Delivered) => boolean): Promise<Delivered> {
    const known = this.delivered.find(match);
    if (known) return Promise.resolve(known);
    return this.#wait((push) => (push && match(push) ? push : null));
  }

  /** Asked again after every delivery and answer. */
  async waitUntil(condition: () => boolean): Promise<void> {
    if (!condition()) await this.#wait(() => (condition() ? true : null));
  }

  close(): void {
    for (const { reject } of this.#waiters) reject(new Error('the simulator was closed'));
    this.#waiters.clear();
  }

  #wait<T>(read: (push: Delivered | null) => T | null): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = (push: Delivered | null): boolean => {
      const found = read(push);
      if (found !== null) resolve(found);
      return found !== null;
    };
    this.#waiters.add({ check, reject });
    return promise;
  }

  #wake(push: Delivered | null): void {
    for (const waiter of this.#waiters) {
      if (waiter.check(push)) this.#waiters.delete(waiter);
    }
  }

  #drop(count: number): void {
    this.delivered.splice(0, count);
    this.#dropped += count;
  }
}

function noStats(): Record<ProviderName, ProviderStats> {
  const entries = providerNames.map((name) => [name, { requests: 0, delivered: 0, answers: {} }]);
  return Object.fromEntries(entries) as Record<ProviderName, ProviderStats>;
}
