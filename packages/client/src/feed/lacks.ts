// What a feed runs without, though it is live: `memoryOnly` (nothing is stored on this device), `unshared` (this tab has a
// connection of its own), `noWorker` (the page could not register its service worker). Its status says the first of them.

export type Lack = 'memoryOnly' | 'unshared' | 'noWorker';

export class Lacks {
  readonly #lacks = new Set<Lack>();
  onChange = () => {};

  get first(): Lack | null {
    const [first = null] = this.#lacks;
    return first;
  }

  set(lack: Lack, isLacking: boolean): void {
    this.#lacks[isLacking ? 'add' : 'delete'](lack);
    this.onChange();
  }
}
