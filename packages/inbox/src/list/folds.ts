// Which rows have more text than their two lines show, and which of them are unfolded. A row is measured while it is in the
// document; what was unfolded stays so while it scrolls away and back.
export class Folds {
  readonly #long = new Set<string>();
  readonly #open = new Set<string>();

  isLong(key: string): boolean {
    return this.#long.has(key);
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  toggle(key: string): void {
    if (!this.#open.delete(key)) this.#open.add(key);
  }

  /** Answers whether it is another than before. An open row shows everything, and stays what it was. */
  measure(element: HTMLElement, key: string): boolean {
    if (this.isOpen(key)) return false;
    const texts = [...element.querySelectorAll<HTMLElement>('.name, .body')];
    const isLong = texts.some(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1);
    if (isLong === this.isLong(key)) return false;
    if (isLong) this.#long.add(key);
    else this.#long.delete(key);
    return true;
  }
}
