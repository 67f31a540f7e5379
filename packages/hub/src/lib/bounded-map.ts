// A map that forgets, for everything that is kept only to save work: by number of entries, and where their sizes vary by
// bytes too. Entries are a list from the oldest to the newest beside the Map, since to find the first key of a Map it
// walks over every key that was deleted before it.

export interface BoundedMapOptions<K, V> {
  readonly entriesMax: number;
  readonly bytesMax?: number;
  /** About how many bytes an entry takes; needed for `bytesMax`. */
  readonly bytesOf?: (key: K, value: V) => number;
  /** What goes first: what was set first, or (`used`) what was read or set the longest ago. */
  readonly keeps?: 'set' | 'used';
}

interface Entry<K, V> {
  readonly key: K;
  value: V;
  bytes: number;
  older: Entry<K, V> | null;
  newer: Entry<K, V> | null;
}

export class BoundedMap<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>();
  readonly #entriesMax: number;
  readonly #bytesMax: number;
  readonly #bytesOf: ((key: K, value: V) => number) | null;
  readonly #movesWhenRead: boolean;
  #oldest: Entry<K, V> | null = null;
  #newest: Entry<K, V> | null = null;
  #bytes = 0;

  constructor({ entriesMax, bytesMax, bytesOf, keeps = 'set' }: BoundedMapOptions<K, V>) {
    this.#entriesMax = entriesMax;
    this.#bytesMax = bytesMax ?? Number.POSITIVE_INFINITY;
    this.#bytesOf = bytesOf ?? null;
    this.#movesWhenRead = keeps === 'used';
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#movesWhenRead && entry !== this.#newest) {
      this.#unlink(entry);
      this.#append(entry);
    }
    return entry.value;
  }

  /** It is the newest from now on, also when the key was there. An entry that alone is too large isn't kept. */
  set(key: K, value: V): void {
    const bytes = this.#bytesOf === null ? 0 : this.#bytesOf(key, value);
    const known = this.#entries.get(key);
    if (known === undefined) {
      const entry = { key, value, bytes, older: null, newer: null };
      this.#entries.set(key, entry);
      this.#append(entry);
    } else {
      this.#bytes -= known.bytes;
      known.value = value;
      known.bytes = bytes;
      this.#unlink(known);
      this.#append(known);
    }
    this.#bytes += bytes;
    while (this.#oldest !== null && (this.size > this.#entriesMax || this.#bytes > this.#bytesMax))
      this.#remove(this.#oldest);
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#remove(entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#oldest = null;
    this.#newest = null;
    this.#bytes = 0;
  }

  /** From the oldest to the newest; the one that was handed out last may be deleted meanwhile. */
  *values(): Generator<V, void, void> {
    let entry = this.#oldest;
    while (entry !== null) {
      const { newer, value } = entry;
      yield value;
      entry = newer;
    }
  }

  #remove(entry: Entry<K, V>): void {
    this.#entries.delete(entry.key);
    this.#unlink(entry);
    this.#bytes -= entry.bytes;
  }

  #append(entry: Entry<K, V>): void {
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry<K, V>): void {
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
  }
}
