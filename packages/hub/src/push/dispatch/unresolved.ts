// Names of push services that don't resolve. One that has failed for a week without a day's pause leads nowhere: its
// addresses end. What is known is one fact of the registry, so that a restart does not begin the week anew.
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Meta } from '../../store/registry.ts';

const fact = 'push-unresolved-names';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const unresolvedEndsMs = 7 * dayMs;
const remembered = 1000;
const namesMaxBytes = 253;

interface Failing {
  readonly name: string;
  readonly since: number;
  readonly last: number;
}

export interface UnresolvedOptions {
  readonly meta: Pick<Meta, 'read' | 'write'>;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class UnresolvedNames {
  readonly #options: UnresolvedOptions;
  readonly #names = new BoundedMap<string, Failing>({ entriesMax: remembered });
  /** Those in the fact. */
  #written: ReadonlySet<string> = new Set();
  #writtenAt = Number.NEGATIVE_INFINITY;
  #read: Promise<void> | null = null;

  constructor(options: UnresolvedOptions) {
    this.#options = options;
  }

  /** Whether any failed and has led nowhere since. */
  get some(): boolean {
    return this.#names.size > 0;
  }

  /** It did not resolve just now. Answers whether it has not for a week. */
  async failed(name: string): Promise<boolean> {
    if (name.length > namesMaxBytes) return false;
    await this.#readOnce();
    const now = this.#options.clock.now();
    const known = this.#names.get(name);
    const isSame = known !== undefined && now >= known.last && now - known.last < dayMs;
    const failing = { name, since: isSame ? known.since : now, last: now };
    this.#names.set(name, failing);
    if (!this.#written.has(name) || now - this.#writtenAt >= hourMs) this.#write(now);
    return now - failing.since >= unresolvedEndsMs;
  }

  /** It led somewhere. */
  resolved(name: string): void {
    if (this.#names.get(name) === undefined) return;
    this.#names.delete(name);
    this.#write(this.#options.clock.now());
  }

  #readOnce(): Promise<void> {
    this.#read ??= this.#options.meta.read(fact).then(
      (text) => {
        const stored: Failing[] = text === null ? [] : JSON.parse(text);
        for (const failing of stored) this.#names.set(failing.name, failing);
        this.#written = new Set(stored.map(({ name }) => name));
      },
      (error: unknown) => {
        this.#read = null;
        this.#options.onFailure(error);
      },
    );
    return this.#read;
  }

  #write(now: number): void {
    const names = [...this.#names.values()];
    this.#written = new Set(names.map(({ name }) => name));
    this.#writtenAt = now;
    this.#options.meta.write(fact, JSON.stringify(names)).catch(this.#options.onFailure);
  }
}
