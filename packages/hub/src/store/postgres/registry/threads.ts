// What the two threads of the registry share: the hub's own thread asks and waits, the registry's thread owns the
// connections and answers. Requests are messages; three cells of shared memory say that an answer is there, which
// version of what is kept in memory is the newest, and that the database is away.
import type { MessagePort } from 'node:worker_threads';
import type { StoreFault } from '../../store.ts';

/** What every hub keeps in its memory whole, so that reading it never waits for the database. */
export const parts = ['app', 'credential'] as const;
export type Part = (typeof parts)[number];

/** Indexes of the cells. A version is this process's own count of changes, not that of the database. */
export const cells = { answered: 0, app: 1, credential: 2, away: 3 } as const;
export const cellBytes = 4 * Int32Array.BYTES_PER_ELEMENT;

export interface ThreadData {
  readonly url: string;
  readonly port: MessagePort;
  readonly cells: Int32Array;
  /** The thread's module, which its first lines load. */
  readonly module: string;
}

export type Parameter = string | number | boolean | null | readonly string[];
export type Row = Readonly<Record<string, unknown>>;

/** A part that a transaction changed, and its version before. */
export type Raised = readonly [part: Part, from: number];

export type Request =
  | { readonly kind: 'begin' }
  | {
      readonly kind: 'query';
      readonly text: string;
      readonly values: readonly Parameter[];
      readonly inTransaction: boolean;
    }
  /** `boundMs`: how long the hub waits for the answer. */
  | { readonly kind: 'commit'; readonly raised: readonly Raised[]; readonly boundMs: number }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'close' };

export interface NumberedRequest {
  readonly id: number;
  readonly request: Request;
}

/** The first answer, to request 0, says that the thread is ready, or why it never will be. */
export type Answer =
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly rows: readonly Row[];
      readonly rowCount: number;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: StoreFault; readonly message: string };

export type Message =
  | Answer
  | { readonly kind: 'part'; readonly part: Part; readonly version: number; readonly rows: readonly Row[] }
  | { readonly kind: 'away'; readonly reason: string };
