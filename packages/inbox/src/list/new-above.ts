// The rows that came above what is seen while the list was scrolled: how many, until they were scrolled to.
// A list that is at its top, or shows other notifications than before, has none.
import type { Row } from './rows.ts';

export class NewAbove {
  readonly #keys = new Set<string>();

  get count(): number {
    return this.#keys.size;
  }

  /** `above`: the rows that lie above what is seen; `before`: those of the last layout. */
  add(above: readonly Row[], before: ReadonlyMap<string, number>): void {
    for (const { type, key } of above) if (type === 'item' && !before.has(key)) this.#keys.add(key);
  }

  /** Keeps those that still lie above; answers whether there are fewer. */
  seen(isAbove: (key: string) => boolean): boolean {
    const { size } = this.#keys;
    for (const key of this.#keys) if (!isAbove(key)) this.#keys.delete(key);
    return this.#keys.size !== size;
  }

  clear(): void {
    this.#keys.clear();
  }
}
