// What the audit holds beside writes: sign-ins, sign-outs, tokens that were issued, and what was refused. What happens again
// within a minute, by the same caller from the same address, is one more entry with a count at the end of the minute, so
// that no flood of it fills the registry or slows the hub. The first is durable before its caller goes on.
import type { Clock } from '../lib/clock.ts';
import type { Audit, AuditEntry, AuditNote, NoteBound, NoteKind } from '../store/registry.ts';

const kinds = {
  signedIn: 'access',
  signedOut: 'access',
  tokenIssued: 'access',
  signInFailed: 'refusal',
  tokenRefused: 'refusal',
} as const satisfies Readonly<Record<string, NoteKind>>;

interface AccessEvent extends Omit<AuditEntry, 'at' | 'from'> {
  readonly what: keyof typeof kinds;
  readonly from: string;
}

/** Whoever may write the data folder, with a command. */
export const commandLine = { who: 'command line', from: 'command' } as const;
/** Who calls without having proven who that is. */
export const unknownCaller = 'unknown';

export interface AccessAudit {
  /** Resolves when it is durable, or counted beside one that is. Rejects with a StoreError when it can't be written. */
  note(event: AccessEvent): Promise<void>;
  /** The same for what is refused: nobody waits for it. */
  refuse(event: AccessEvent): void;
  /** Writes what was counted. */
  close(): Promise<void>;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Of one kind in a minute; all beyond them are one more. */
const keysMax: Readonly<Record<NoteKind, number>> = { access: 4096, refusal: 256 };
/** What is kept of each kind. */
const kept: Readonly<Record<NoteKind, { readonly entriesMax: number; readonly days: number }>> = {
  access: { entriesMax: 200_000, days: 365 },
  refusal: { entriesMax: 20_000, days: 90 },
};
const others = { who: 'others', from: 'others', on: 'others' };
const forgottenAtLeast = 1000;

interface Counted {
  readonly event: AccessEvent;
  count: number;
  readonly first: Promise<void>;
}

export interface AccessAuditOptions {
  readonly audit: Audit;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export function openAccessAudit({ audit, clock, onFailure }: AccessAuditOptions): AccessAudit {
  const write = openBatches(audit);
  const counts = new Map<string, Counted>();
  const keys: Record<NoteKind, number> = { access: 0, refusal: 0 };
  let end: { stop(): void } | null = null;

  const noteOf = (event: AccessEvent, count: number): AuditNote => {
    const { who, from, what, on } = event;
    return { at: clock.now(), who, from, what, on, kind: kinds[what], count };
  };

  function note(given: AccessEvent): Promise<void> {
    const kind = kinds[given.what];
    const event = keys[kind] < keysMax[kind] || counts.has(keyOf(given)) ? given : { ...given, ...others };
    const key = keyOf(event);
    const known = counts.get(key);
    if (known) {
      known.count++;
      return known.first;
    }
    const first = write(noteOf(event, 1));
    counts.set(key, { event, count: 1, first });
    keys[kind]++;
    first.catch((error: unknown) => {
      onFailure(error);
      if (counts.get(key)?.first === first) counts.delete(key);
    });
    end ??= clock.after(minuteMs, () => void endMinute().catch(onFailure));
    return first;
  }

  async function endMinute(): Promise<void> {
    end?.stop();
    end = null;
    const notes = [...counts.values()]
      .filter(({ count }) => count > 1)
      .map(({ event, count }) => noteOf(event, count - 1));
    const forgottenMax = forgottenAtLeast + 2 * counts.size;
    counts.clear();
    keys.access = 0;
    keys.refusal = 0;
    await Promise.all(notes.map(write));
    await audit.forget(boundsAt(clock.now()), forgottenMax);
  }

  return {
    note,
    refuse: (event) => void note(event).catch(() => {}), // it was reported
    close: () => (counts.size > 0 ? endMinute() : Promise.resolve()),
  };
}

function keyOf({ who, from, what, on }: AccessEvent): string {
  return JSON.stringify([who, from, what, on]);
}

function boundsAt(now: number): NoteBound[] {
  const bound = (kind: NoteKind): NoteBound => {
    const { entriesMax, days } = kept[kind];
    return { kind, entriesMax, since: now - days * dayMs };
  };
  return [bound('access'), bound('refusal')];
}

/** One batch at a time: what comes meanwhile goes with the next. */
function openBatches(audit: Audit): (note: AuditNote) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let waiting: { readonly notes: AuditNote[]; readonly written: Promise<void> } | null = null;
  return (note) => {
    if (!waiting) {
      const notes: AuditNote[] = [];
      const written = last.then(() => {
        waiting = null;
        return audit.note(notes);
      });
      last = written.catch(() => {});
      waiting = { notes, written };
    }
    waiting.notes.push(note);
    return waiting.written;
  };
}
