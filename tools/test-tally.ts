// Counts the leaf tests of a run from the events of node:test. The runner's own totals don't do: they count a test
// with subtests beside its subtests, and a file without any test as a passed one.

type Result = {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined; readonly error?: { readonly cause?: unknown } };
};

export class Tally {
  passed = 0;
  failed = 0;
  /** Files that ran to their end and declared no test; each counts as failed, for a gap is never silent. */
  readonly emptyFiles: string[] = [];
  /** The nesting of the last result of each file: children are reported just before their parent. */
  readonly #lastNesting = new Map<string, number>();

  pass(result: Result): void {
    const isLeaf = this.#isLeaf(result);
    if (!isLeaf || result.details.type === 'suite' || isLeftOut(result)) return;
    if (result.nesting === 0 && result.name === result.file) {
      this.emptyFiles.push(result.name);
      this.failed += 1;
    } else {
      this.passed += 1;
    }
  }

  fail(result: Result & { readonly details: { readonly error: unknown } }): void {
    const isLeaf = this.#isLeaf(result);
    // A parent whose subtests failed says nothing new; one that failed by itself, or in a hook, does.
    const onlySubtests = (result.details.error as { failureType?: string }).failureType === 'subtestsFailed';
    if ((isLeaf || !onlySubtests) && !isLeftOut(result)) this.failed += 1;
  }

  /** The run's last word: should it know of a failure that no event told, the count must not say 0. */
  close(summary: { readonly file?: string | undefined; readonly success: boolean }): void {
    if (summary.file === undefined && !summary.success && this.failed === 0) this.failed = 1;
  }

  #isLeaf(result: Result): boolean {
    const file = result.file ?? '';
    const last = this.#lastNesting.get(file) ?? 0;
    this.#lastNesting.set(file, result.nesting);
    return last <= result.nesting;
  }
}

function isLeftOut(result: Result): boolean {
  return (result.skip ?? false) !== false || (result.todo ?? false) !== false;
}
