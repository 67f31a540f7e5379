// What a feed runs without, though it is live: `memoryOnly` (nothing is stored on this device), `unshared` (this tab has a
// connection of its own), `noWorker` (the page could not register its service worker). Its status says the first of them in
// this order, whichever the browser denied first.

const order = ['memoryOnly', 'unshared', 'noWorker'] as const;
export type Lack = (typeof order)[number];

export class Lacks {
  readonly #lacks = new Set<Lack>();
  onChange = () => {};

  get first(): Lack | null {
    return order.find((lack) => this.#lacks.has(lack)) ?? null;
  }

  set(lack: Lack, isLacking: boolean): void {
    this.#lacks[isLacking ? 'add' : 'delete'](lack);
    this.onChange();
  }
}
