// Which subjects this node listens to: each of its users by name while it has few of a lane, the whole lane beyond. Ten
// million exact subjects would cost a server 9 GB, and as much each of its peers; whole lanes bring changes of users
// without a stream here. It subscribes to the new subjects before it unsubscribes from the old, so nothing is missed.
import type { UserKey } from '../../model/principal.ts';
import { userLane } from '../../model/user-lane.ts';

/** Beyond `exactMax` users the whole lane, until they are fewer than `exactAgain`. */
export const exactMax = 16;
export const exactAgain = 8;

export interface Subjects {
  subscribe(subject: string): void;
  unsubscribe(subject: string): void;
}

interface LaneInterest {
  readonly users: Set<UserKey>;
  whole: boolean;
}

export const changesSubject = (lane: number, user: UserKey | '*'): string => `c.${lane}.${user}`;
export const headsSubject = (group: number): string => `h.${group}`;

/** Heads of 64 lanes share a message: one for each lane would be as many messages as heads, all at once. */
export const groupOf = (lane: number): number => lane >> 6;

export class Interest {
  readonly #subjects: Subjects;
  readonly #lanes = new Map<number, LaneInterest>();
  /** How many of its lanes have users. */
  readonly #groups = new Map<number, number>();

  constructor(subjects: Subjects) {
    this.#subjects = subjects;
  }

  has(user: UserKey): boolean {
    return this.#lanes.get(userLane(user))?.users.has(user) ?? false;
  }

  join(user: UserKey): void {
    const number = userLane(user);
    const lane = this.#lanes.get(number) ?? this.#open(number);
    if (lane.users.has(user)) return;
    lane.users.add(user);
    if (lane.whole) return;
    if (lane.users.size <= exactMax) this.#subjects.subscribe(changesSubject(number, user));
    else this.#takeWhole(number, lane, user);
  }

  leave(user: UserKey): void {
    const number = userLane(user);
    const lane = this.#lanes.get(number);
    if (!lane?.users.delete(user)) return;
    if (!lane.whole) this.#subjects.unsubscribe(changesSubject(number, user));
    else if (lane.users.size < exactAgain) this.#takeExact(number, lane);
    if (lane.users.size > 0) return;
    this.#lanes.delete(number);
    this.#count(groupOf(number), -1);
  }

  #open(number: number): LaneInterest {
    const lane: LaneInterest = { users: new Set(), whole: false };
    this.#lanes.set(number, lane);
    this.#count(groupOf(number), 1);
    return lane;
  }

  #count(group: number, more: 1 | -1): void {
    const before = this.#groups.get(group) ?? 0;
    if (before + more === 0) this.#groups.delete(group);
    else this.#groups.set(group, before + more);
    if (before === 0) this.#subjects.subscribe(headsSubject(group));
    if (before + more === 0) this.#subjects.unsubscribe(headsSubject(group));
  }

  /** `joining` has no subject of its own yet. */
  #takeWhole(number: number, lane: LaneInterest, joining: UserKey): void {
    lane.whole = true;
    this.#subjects.subscribe(changesSubject(number, '*'));
    for (const user of lane.users)
      if (user !== joining) this.#subjects.unsubscribe(changesSubject(number, user));
  }

  #takeExact(number: number, lane: LaneInterest): void {
    lane.whole = false;
    for (const user of lane.users) this.#subjects.subscribe(changesSubject(number, user));
    this.#subjects.unsubscribe(changesSubject(number, '*'));
  }
}
