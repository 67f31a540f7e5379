// One scrolling list of notifications: what of it is in the document, which row has the roving tab stop, and that the view
// stands still when rows above it change. The element renders what `shown` says; everything is measured after it did.
import type { Notification } from '@carillon/protocol';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ItemRow, layRows, type Row } from './rows.ts';
import { layOffsets, overscan, type Range, rangeOf, rowAt, shownRows } from './window.ts';

/** What stands above the rows while they scroll: the heading of the day. */
const stickyHeight = 36;

export class ListController implements ReactiveController {
  rows: readonly Row[] = [];
  offsets = layOffsets([], new Map());
  /** Where the tab stop is; null as long as it is the first row. */
  activeKey: string | null = null;
  /** Called when the end is less than a screen away. */
  onNearEnd: (() => void) | null = null;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #heights = new Map<string, number>();
  #items: readonly Notification[] | null = null;
  #itemRows: readonly number[] = [];
  #rowOf = new Map<string, number>();
  #activePosition = 1;
  #scroller: HTMLElement | null = null;
  #observer: ResizeObserver | null = null;
  #range: Range = { first: 0, end: 0 };
  #top = 0;
  #height = 720;
  #width = 0;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  get total(): number {
    return this.#itemRows.length;
  }

  /** Lays the rows anew when the notifications are others; what is in view stays where it is. */
  show(items: readonly Notification[]): void {
    if (items === this.#items) return;
    this.#items = items;
    const anchor = this.#top > 0 ? this.rows[rowAt(this.offsets, this.#top)] : undefined;
    const inset = anchor ? this.#top - this.#offsetOf(anchor.key) : 0;
    this.rows = layRows(items);
    this.#rowOf = new Map(this.rows.map((row, index) => [row.key, index]));
    this.#itemRows = this.rows.flatMap((row, index) => (row.type === 'item' ? [index] : []));
    this.offsets = layOffsets(this.rows, this.#heights);
    if (anchor && this.#rowOf.has(anchor.key)) this.#top = this.#offsetOf(anchor.key) + inset;
  }

  /** The indexes of the rows to render, ascending. */
  shown(): readonly number[] {
    this.#range = rangeOf(this.offsets, this.#top - overscan, this.#height + 2 * overscan);
    const active = this.activeRow();
    return shownRows(this.#range, active ? (this.#rowOf.get(active.key) ?? -1) : -1);
  }

  /** The row with the tab stop: where it was put, else what took that row's place. */
  activeRow(): ItemRow | null {
    const known = this.activeKey === null ? undefined : this.#rowOf.get(this.activeKey);
    const row = this.rows[known ?? -1];
    if (row?.type !== 'item') return this.#itemAt(Math.min(this.#activePosition, this.total));
    this.#activePosition = row.position;
    return row;
  }

  activate(row: ItemRow): void {
    this.activeKey = row.key;
    this.#activePosition = row.position;
  }

  /** Focuses the notification at this place, or the nearest, scrolled to where it is seen. */
  async focusPosition(position: number): Promise<boolean> {
    const row = this.#itemAt(Math.max(1, Math.min(position, this.total)));
    if (!row) return false;
    this.activate(row);
    this.#reveal(this.#rowOf.get(row.key) ?? 0);
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.element(row.key)?.querySelector<HTMLElement>('.open')?.focus({ preventScroll: true });
    return true;
  }

  focusActive(): Promise<boolean> {
    return this.focusPosition(this.activeRow()?.position ?? 1);
  }

  element(key: string): HTMLElement | null {
    const rows = this.#scroller?.querySelectorAll<HTMLElement>('[data-row]') ?? [];
    return [...rows].find((each) => each.dataset.row === key) ?? null;
  }

  /** For the `ref` directive of the scrolling element. */
  readonly attach = (element?: Element): void => {
    if (element === this.#scroller || (element !== undefined && !(element instanceof HTMLElement))) return;
    this.#observer?.disconnect();
    this.#scroller?.removeEventListener('scroll', this.#scrolled);
    this.#scroller = element ?? null;
    if (!element) return;
    element.scrollTop = this.#top;
    element.addEventListener('scroll', this.#scrolled, { passive: true });
    this.#observer = new ResizeObserver(() => this.#resized(element));
    this.#observer.observe(element);
  };

  hostUpdated(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const before = this.offsets;
    if (this.#measure(scroller)) {
      const anchor = rowAt(before, this.#top);
      this.offsets = layOffsets(this.rows, this.#heights);
      this.#top += (this.offsets[anchor] ?? 0) - (before[anchor] ?? 0);
      this.#host.requestUpdate();
    } else if (Math.abs(scroller.scrollTop - this.#top) >= 1) {
      scroller.scrollTop = this.#top;
      this.#top = scroller.scrollTop;
    }
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = null;
    this.#scroller = null;
  }

  #measure(scroller: HTMLElement): boolean {
    let isChanged = false;
    for (const element of scroller.querySelectorAll<HTMLElement>('[data-row]')) {
      const key = element.dataset.row ?? '';
      const height = element.offsetHeight;
      const index = this.#rowOf.get(key) ?? -1;
      if (height === 0 || index < 0) continue;
      const laid = (this.offsets[index + 1] ?? 0) - (this.offsets[index] ?? 0);
      this.#heights.set(key, height);
      if (Math.abs(laid - height) > 0.01) isChanged = true;
    }
    return isChanged;
  }

  readonly #scrolled = (): void => {
    if (!this.#scroller) return;
    this.#top = this.#scroller.scrollTop;
    const { first, end } = rangeOf(this.offsets, this.#top - overscan / 3, this.#height + (2 * overscan) / 3);
    if (first < this.#range.first || end > this.#range.end) this.#host.requestUpdate();
    if (this.#top + 2 * this.#height > (this.offsets.at(-1) ?? 0)) this.onNearEnd?.();
  };

  #resized(element: HTMLElement): void {
    const { clientHeight, clientWidth } = element;
    if (clientHeight === 0 || (clientHeight === this.#height && clientWidth === this.#width)) return;
    // Text wraps otherwise at another width, so every height is open again.
    if (clientWidth !== this.#width) this.#heights.clear();
    this.#height = clientHeight;
    this.#width = clientWidth;
    this.#host.requestUpdate();
  }

  #reveal(index: number): void {
    const begin = (this.offsets[index] ?? 0) - stickyHeight;
    const end = this.offsets[index + 1] ?? 0;
    if (index <= 2) this.#top = 0;
    else if (begin < this.#top) this.#top = Math.max(0, begin);
    else if (end > this.#top + this.#height) this.#top = end - this.#height;
  }

  #itemAt(position: number): ItemRow | null {
    const row = this.rows[this.#itemRows[position - 1] ?? -1];
    return row?.type === 'item' ? row : null;
  }

  #offsetOf(key: string): number {
    return this.offsets[this.#rowOf.get(key) ?? 0] ?? 0;
  }
}
