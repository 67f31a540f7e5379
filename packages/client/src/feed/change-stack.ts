// The local changes on top of the base, by notification and in the order in which they were made: those that wait for the
// hub, and those that it acknowledged and whose effect is not in the base yet.
import type { LocalChange } from './local-change.ts';

type Queue = Map<string, LocalChange>;

export class ChangeStack {
  /** By key. */
  readonly waiting: Queue = new Map();
  readonly acknowledged: Queue = new Map();
  readonly #onTop = new Map<string, LocalChange[]>();

  /** Of one notification. */
  of(id: string): readonly LocalChange[] {
    return this.#onTop.get(id) ?? [];
  }

  clear(): void {
    this.waiting.clear();
    this.acknowledged.clear();
    this.#onTop.clear();
  }

  put(queue: Queue, change: LocalChange): void {
    queue.set(change.key, change);
    const others = this.of(change.id).filter(({ key }) => key !== change.key);
    this.#onTop.set(change.id, [...others, change]);
  }

  remove(queue: Queue, key: string): void {
    const change = queue.get(key);
    if (!change) return;
    queue.delete(key);
    const rest = this.of(change.id).filter((each) => each.key !== key);
    if (rest.length > 0) this.#onTop.set(change.id, rest);
    else this.#onTop.delete(change.id);
  }
}
