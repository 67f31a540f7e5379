// The pictures of other sites that the hub passes on: each asked for once by whoever looks first, and kept for a while. How many
// are asked for at a time, wait, and are kept is bounded in count and bytes, of one user as of all.
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Clock } from '../lib/clock.ts';
import { busy, throttled } from '../model/errors.ts';
import type { UserKey } from '../model/principal.ts';
import type { FetchPicture, Picture } from './fetch-picture.ts';

export interface PicturesOptions {
  readonly fetch: FetchPicture;
  readonly clock: Clock;
}

interface Kept {
  /** Null: there was none that may be shown. */
  readonly picture: Picture | null;
  readonly until: number;
}

const keptMax = 256;
const keptBytesMax = 32 * 1024 * 1024;
const freshMs = 3_600_000;
/** A site that was away may be back. */
const missingMs = 60_000;
const fetchesMax = 16;
const waitingMax = 512;
const waitingOfUserMax = 32;

export class Pictures {
  readonly #fetch: FetchPicture;
  readonly #clock: Clock;
  readonly #kept = new BoundedMap<string, Kept>({
    entriesMax: keptMax,
    bytesMax: keptBytesMax,
    bytesOf: (url, { picture }) => url.length + (picture?.bytes.length ?? 0),
    keeps: 'used',
  });
  readonly #underWay = new Map<string, Promise<Picture | null>>();
  readonly #waitingOf = new Map<UserKey, number>();
  readonly #turns: (() => void)[] = [];
  #waiting = 0;
  #fetches = 0;

  constructor({ fetch, clock }: PicturesOptions) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Null where there is none that may be shown. Throws when too many are asked for. */
  async read(url: string, user: UserKey): Promise<Picture | null> {
    const kept = this.#kept.get(url);
    if (kept && kept.until > this.#clock.now()) return kept.picture;
    const own = this.#waitingOf.get(user) ?? 0;
    if (own >= waitingOfUserMax)
      throw throttled(`At most ${waitingOfUserMax} pictures are asked for at a time.`, {
        retryAfterMs: 1000,
        limit: waitingOfUserMax,
      });
    if (this.#waiting >= waitingMax) throw busy('Too many pictures are asked for.');
    this.#waiting += 1;
    this.#waitingOf.set(user, own + 1);
    try {
      return await this.#share(url);
    } finally {
      this.#waiting -= 1;
      const left = (this.#waitingOf.get(user) ?? 1) - 1;
      if (left > 0) this.#waitingOf.set(user, left);
      else this.#waitingOf.delete(user);
    }
  }

  #share(url: string): Promise<Picture | null> {
    const known = this.#underWay.get(url);
    if (known) return known;
    const fetching = this.#fetchInTurn(url).finally(() => this.#underWay.delete(url));
    this.#underWay.set(url, fetching);
    return fetching;
  }

  async #fetchInTurn(url: string): Promise<Picture | null> {
    if (this.#fetches >= fetchesMax) await new Promise<void>((resolve) => void this.#turns.push(resolve));
    else this.#fetches += 1;
    try {
      const picture = await this.#fetch(url);
      this.#kept.set(url, { picture, until: this.#clock.now() + (picture ? freshMs : missingMs) });
      return picture;
    } finally {
      // The turn goes to the next one.
      const next = this.#turns.shift();
      if (next) next();
      else this.#fetches -= 1;
    }
  }
}
