// What was just done and can be undone. The hub can't undo a deletion, so a deleted notification is only hidden, and deleted
// when the time is over; everything else is done at once and undone by the feed.
import type { Feed } from '@carillon/client';
import type { ReactiveControllerHost } from 'lit';
import type { Clock, Timer } from './clock.ts';

export type UndoKind = 'dismissed' | 'snoozed' | 'deleted';

export interface Undoable {
  readonly kind: UndoKind;
  readonly ids: readonly string[];
  /** For `snoozed`: when it comes back, in milliseconds. */
  readonly until: number;
}

interface Owner extends ReactiveControllerHost {
  readonly feed: Feed | null;
  readonly clock: Clock;
  readonly undoSeconds: number;
}

export class UndoController {
  done: Undoable | null = null;
  /** Deleted here and not yet at the hub; the list omits them. A new set with each change. */
  hidden: ReadonlySet<string> = new Set();
  /** The content version of each hidden one. */
  readonly #versions = new Map<string, number | undefined>();
  readonly #owner: Owner;
  #timer: Timer | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
    owner.addController(this);
  }

  /** Acts and offers undo; acts of one kind in a row are undone together. */
  add(kind: UndoKind, id: string, until = 0): void {
    const together = this.done?.kind === kind && kind !== 'snoozed' ? this.done.ids : [];
    if (together.length === 0) this.commit();
    this.done = { kind, ids: [...together, id], until };
    const { feed } = this.#owner;
    if (kind === 'deleted') this.#hide(id);
    else if (kind === 'dismissed') feed?.dismiss(id);
    else feed?.snooze(id, new Date(until));
    this.resume();
  }

  undo(): readonly string[] {
    const { done } = this;
    if (!done) return [];
    if (done.kind === 'deleted') this.hidden = new Set();
    else for (const id of done.ids) this.#owner.feed?.undo(id);
    this.#end();
    return done.ids;
  }

  /** The time is over: what was only hidden is deleted. */
  commit(): void {
    const { done } = this;
    this.#end();
    if (done?.kind !== 'deleted') return;
    this.#owner.feed?.delete(done.ids);
    this.hidden = new Set();
  }

  /** The time stops while the user points at the bar or focuses it (WCAG 2.2.1). */
  pause(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  resume(): void {
    this.pause();
    if (this.done) this.#timer = this.#owner.clock.after(this.#owner.undoSeconds * 1000, () => this.commit());
    this.#owner.requestUpdate();
  }

  hostConnected(): void {
    window.addEventListener('pagehide', this.#left);
  }

  hostDisconnected(): void {
    window.removeEventListener('pagehide', this.#left);
    this.commit();
  }

  /** Content that replaced a hidden one was never seen: it shows, and is not deleted. */
  showReplaced(): void {
    if (!this.done || this.hidden.size === 0) return;
    const remaining = [...this.hidden].filter((id) => {
      const version = this.#versionOf(id);
      return version === undefined || version === this.#versions.get(id);
    });
    if (remaining.length === this.hidden.size) return;
    this.hidden = new Set(remaining);
    this.done = remaining.length > 0 ? { ...this.done, ids: remaining } : null;
    if (!this.done) this.pause();
  }

  #hide(id: string): void {
    this.#versions.set(id, this.#versionOf(id));
    this.hidden = new Set([...this.hidden, id]);
  }

  #versionOf(id: string): number | undefined {
    return this.#owner.feed?.items.find((item) => item.id === id)?.contentVersion;
  }

  /** When the page closes there is no undo any more; the deletion still happens. */
  readonly #left = (): void => this.commit();

  #end(): void {
    this.pause();
    this.done = null;
    this.#owner.requestUpdate();
  }
}
