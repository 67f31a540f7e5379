// Which subjects this node listens to: each of its users by name while it has few of a shard, the whole shard beyond. Ten
// million exact subjects would cost a server 9 GB, and as much each of its peers; whole shards bring changes of users
// without a stream here. It subscribes to the new subjects before it unsubscribes from the old, so nothing is missed.
import type { UserKey } from '../../model/principal.ts';
import { userShard } from '../../model/user-shard.ts';

/** Beyond `exactMax` users the whole shard, until they are fewer than `exactAgain`. */
export const exactMax = 16;
export const exactAgain = 8;

export interface Subjects {
  subscribe(subject: string): void;
  unsubscribe(subject: string): void;
}

interface ShardInterest {
  readonly users: Set<UserKey>;
  whole: boolean;
}

export const changesSubject = (shard: number, user: UserKey | '*'): string => `c.${shard}.${user}`;
export const headsSubject = (group: number): string => `h.${group}`;

/** Heads of 64 shards share a message: one for each shard would be as many messages as heads, all at once. */
export const groupOf = (shard: number): number => shard >> 6;

export class Interest {
  readonly #subjects: Subjects;
  readonly #shards = new Map<number, ShardInterest>();
  /** How many of its shards have users. */
  readonly #groups = new Map<number, number>();

  constructor(subjects: Subjects) {
    this.#subjects = subjects;
  }

  has(user: UserKey): boolean {
    return this.#shards.get(userShard(user))?.users.has(user) ?? false;
  }

  join(user: UserKey): void {
    const number = userShard(user);
    const shard = this.#shards.get(number) ?? this.#open(number);
    if (shard.users.has(user)) return;
    shard.users.add(user);
    if (shard.whole) return;
    if (shard.users.size <= exactMax) this.#subjects.subscribe(changesSubject(number, user));
    else this.#takeWhole(number, shard, user);
  }

  leave(user: UserKey): void {
    const number = userShard(user);
    const shard = this.#shards.get(number);
    if (!shard?.users.delete(user)) return;
    if (!shard.whole) this.#subjects.unsubscribe(changesSubject(number, user));
    else if (shard.users.size < exactAgain) this.#takeExact(number, shard);
    if (shard.users.size > 0) return;
    this.#shards.delete(number);
    this.#count(groupOf(number), -1);
  }

  #open(number: number): ShardInterest {
    const shard: ShardInterest = { users: new Set(), whole: false };
    this.#shards.set(number, shard);
    this.#count(groupOf(number), 1);
    return shard;
  }

  #count(group: number, more: 1 | -1): void {
    const before = this.#groups.get(group) ?? 0;
    if (before + more === 0) this.#groups.delete(group);
    else this.#groups.set(group, before + more);
    if (before === 0) this.#subjects.subscribe(headsSubject(group));
    if (before + more === 0) this.#subjects.unsubscribe(headsSubject(group));
  }

  /** `joining` has no subject of its own yet. */
  #takeWhole(number: number, shard: ShardInterest, joining: UserKey): void {
    shard.whole = true;
    this.#subjects.subscribe(changesSubject(number, '*'));
    for (const user of shard.users)
      if (user !== joining) this.#subjects.unsubscribe(changesSubject(number, user));
  }

  #takeExact(number: number, shard: ShardInterest): void {
    shard.whole = false;
    for (const user of shard.users) this.#subjects.subscribe(changesSubject(number, user));
    this.#subjects.unsubscribe(changesSubject(number, '*'));
  }
}
