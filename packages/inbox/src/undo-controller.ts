// What was just done and can be undone, the last first. The hub can't undo a deletion, so a deleted notification is only
// hidden, and deleted when the time is over; everything else is done at once and undone by the feed.
import type { Feed } from '@carillon/client';
import type { ReactiveControllerHost } from 'lit';
import type { Clock, Timer } from './clock.ts';

export type UndoKind = 'dismissed' | 'snoozed' | 'deleted' | 'restored' | 'unsnoozed' | 'read' | 'unread';

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

/** Beyond it the oldest can't be undone any more, as if its time were over. */
const stepsMax = 50;

export class UndoController {
  /** Deleted here and not yet at the hub; the list omits them. A new set with each change. */
  hidden: ReadonlySet<string> = new Set();
  /** The content version of each hidden one. */
  readonly #versions = new Map<string, number | undefined>();
  #steps: readonly Undoable[] = [];
  readonly #owner: Owner;
  #timer: Timer | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
    owner.addController(this);
  }

  /** The last of what can be undone. */
  get done(): Undoable | null {
    return this.#steps.at(-1) ?? null;
  }

  /** Acts and offers undo. */
  add(kind: UndoKind, ids: readonly string[], until = 0): void {
    if (ids.length === 0) return;
    // The feed restores what was before the last change of a notification, and no step before that.
    const others = without(this.#steps, new Set(ids));
    this.#end(others.slice(0, Math.max(0, others.length + 1 - stepsMax)));
    this.#steps = [...others.slice(1 - stepsMax), { kind, ids, until }];
    if (kind === 'deleted') for (const id of ids) this.#versions.set(id, this.#versionOf(id));
    else this.#run(kind, ids, until);
    this.#hide();
    this.resume();
  }

  /** Takes back the last step, and only that. */
  undo(): Undoable | null {
    const { done } = this;
    if (!done) return null;
    this.#steps = this.#steps.slice(0, -1);
    this.#hide();
    if (done.kind !== 'deleted') for (const id of done.ids) this.#owner.feed?.undo(id);
    this.resume();
    return done;
  }

  /** The time is over: what was only hidden is deleted. */
  commit(): void {
    this.pause();
    const over = this.#steps;
    this.#steps = [];
    this.#end(over);
    this.#hide();
    this.#owner.requestUpdate();
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
    if (this.hidden.size === 0) return;
    const replaced = [...this.hidden].filter((id) => {
      const version = this.#versionOf(id);
      return version !== undefined && version !== this.#versions.get(id);
    });
    if (replaced.length === 0) return;
    this.#steps = without(this.#steps, new Set(replaced));
    this.#hide();
    if (!this.done) this.pause();
  }

  #run(kind: Exclude<UndoKind, 'deleted'>, ids: readonly string[], until: number): void {
    const { feed } = this.#owner;
    if (kind === 'dismissed') feed?.dismiss(ids);
    else if (kind === 'restored') feed?.restore(ids);
    else if (kind === 'read') feed?.markRead(ids);
    else if (kind === 'snoozed') for (const id of ids) feed?.snooze(id, new Date(until));
    else feed?.markUnread(ids);
  }

  #end(steps: readonly Undoable[]): void {
    const ids = deletedIn(steps);
    if (ids.length > 0) this.#owner.feed?.delete(ids);
  }

  #hide(): void {
    this.hidden = new Set(deletedIn(this.#steps));
  }

  #versionOf(id: string): number | undefined {
    return this.#owner.feed?.all.find((item) => item.id === id)?.contentVersion;
  }

  /** When the page closes there is no undo any more; the deletion still happens. */
  readonly #left = (): void => this.commit();
}

function deletedIn(steps: readonly Undoable[]): string[] {
  return steps.flatMap(({ kind, ids }) => (kind === 'deleted' ? ids : []));
}

function without(steps: readonly Undoable[], ids: ReadonlySet<string>): readonly Undoable[] {
  return steps
    .map((step) => ({ ...step, ids: step.ids.filter((id) => !ids.has(id)) }))
    .filter((step) => step.ids.length > 0);
}
