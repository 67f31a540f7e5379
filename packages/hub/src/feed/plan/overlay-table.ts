// Rows that a batch has looked at or written, by key: read through once, written once in their last form.
// One table for each kind of row of the overlay.

interface Entry<Row> {
  row: Row | null;
  isNew: boolean;
  dirty: boolean;
}

export class Table<Row> {
  readonly #entries = new Map<string, Entry<Row>>();
  #dirty = false;

  get isDirty(): boolean {
    return this.#dirty;
  }

  get(key: string, read: () => Row | null): Row | null {
    let entry = this.#entries.get(key);
    if (!entry) {
      const row = read();
      entry = { row, isNew: row === null, dirty: false };
      this.#entries.set(key, entry);
    }
    return entry.row;
  }

  /** The row must have been looked for with `get` before. */
  put(key: string, row: Row): void {
    const entry = this.#entries.get(key) as Entry<Row>;
    entry.row = row;
    entry.dirty = true;
    this.#dirty = true;
  }

  /** All that are there now. */
  rows(): Row[] {
    return [...this.#entries.values()].flatMap(({ row }) => (row === null ? [] : [row]));
  }

  dirty(): { row: Row; isNew: boolean }[] {
    const rows = [];
    for (const { row, isNew, dirty } of this.#entries.values()) {
      if (dirty && row !== null) rows.push({ row, isNew });
    }
    return rows;
  }
}
