// What a case is: a promise of the API in one sentence, what it takes to try it, and the attempt. A case that can't be
// tried is reported as skipped with the reason, never as passed.
import type { Need, Subject } from './subject.ts';

export interface Case {
  /** The promise, in words of the caller. */
  readonly name: string;
  readonly needs?: readonly Need[];
  /** Throws what does not hold. */
  run(hub: Subject): Promise<void>;
}

export interface Section {
  /** Of the API's description, such as `2.5`. */
  readonly number: string;
  readonly title: string;
  readonly cases: readonly Case[];
}
