// One scrolling list of notifications: which rows are in the document, which row has the roving tab stop, and a scroll
// position that stays when rows above it change. The element renders the rows of `shown`, and they are measured afterwards.
import type { Notification } from '@carillon/protocol';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Folds } from './folds.ts';
import { NewAbove } from './new-above.ts';
import { type ItemRow, layRows, type Row } from './rows.ts';
import { layOffsets, overscan, type Range, rangeOf, rowAt, rowHeights, shownRows } from './window.ts';

/** The heading of the day, which stays above the rows while they scroll. */
const stickyHeight = 36;

export class ListController implements ReactiveController {
  rows: readonly Row[] = [];
  offsets: Float64Array = new Float64Array(1);
  /** The row with the tab stop; null means the first. */
  activeKey: string | null = null;
  readonly folds = new Folds();
  readonly newAbove = new NewAbove();
  readonly #host: ReactiveControllerHost & HTMLElement;
  /** Measured heights by key; they outlive a new layout. */
  readonly #known = new Map<string, number>();
  #heights: Float64Array = new Float64Array();
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

  has(key: string): boolean {
    return this.#rowOf.has(key);
  }

  /** Lays the rows out again when the notifications changed; the visible ones keep their place. */
  show(items: readonly Notification[]): void {
    if (items === this.#items) return;
    this.#items = items;
    const anchor = this.#top > 0 ? this.rows[rowAt(this.offsets, this.#top)] : undefined;
    const inset = anchor ? this.#top - this.#offsetOf(anchor.key) : 0;
    const before = this.#rowOf;
    this.rows = layRows(items);
    this.#rowOf = new Map(this.rows.map((row, index) => [row.key, index]));
    this.#itemRows = this.rows.flatMap((row, index) => (row.type === 'item' ? [index] : []));
    this.#heights = rowHeights(this.rows, this.#known);
    this.offsets = layOffsets(this.#heights);
    if (!anchor || !this.#rowOf.has(anchor.key)) {
      this.newAbove.clear();
      return;
    }
    this.#top = this.#offsetOf(anchor.key) + inset;
    this.newAbove.add(this.rows.slice(0, this.#rowOf.get(anchor.key)), before);
  }

  /** The indexes of the rows to render, ascending. */
  shown(): readonly number[] {
    this.#range = rangeOf(this.offsets, this.#top - overscan, this.#height + 2 * overscan);
    const active = this.activeRow();
    return shownRows(this.#range, active ? (this.#rowOf.get(active.key) ?? -1) : -1);
  }

  /** The row with the tab stop; when that row is gone, the one in its place. */
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

  /** Scrolls to the notification at this place, or to the nearest, and focuses it. */
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

  toggleFold(key: string): void {
    this.folds.toggle(key);
    this.#host.requestUpdate();
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
      this.offsets = layOffsets(this.#heights);
      this.#top += (this.offsets[anchor] ?? 0) - (before[anchor] ?? 0);
      // The rows are in place already; another update is needed only when they leave a gap.
      if (!this.#isCovered()) this.#host.requestUpdate();
    }
    if (Math.abs(scroller.scrollTop - this.#top) < 1) return;
    scroller.scrollTop = this.#top;
    this.#top = scroller.scrollTop;
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
      if (this.folds.measure(element, key)) this.#host.requestUpdate();
      this.#known.set(key, height);
      if (this.#heights[index] === height) continue;
      this.#heights[index] = height;
      isChanged = true;
    }
    return isChanged;
  }

  readonly #scrolled = (): void => {
    if (!this.#scroller) return;
    this.#top = this.#scroller.scrollTop;
    const isSeen = this.newAbove.seen((key) => this.#rowOf.has(key) && this.#offsetOf(key) < this.#top);
    if (isSeen || !this.#isCovered()) this.#host.requestUpdate();
  };

  /** Whether the visible range, and a margin, is in the document. */
  #isCovered(): boolean {
    const margin = overscan / 3;
    const { first, end } = rangeOf(this.offsets, this.#top - margin, this.#height + 2 * margin);
    return first >= this.#range.first && end <= this.#range.end;
  }

  #resized(element: HTMLElement): void {
    const { clientHeight, clientWidth } = element;
    if (clientHeight === 0 || (clientHeight === this.#height && clientWidth === this.#width)) return;
    // Another width wraps text differently, so no measured height holds.
    if (clientWidth !== this.#width) this.#known.clear();
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
