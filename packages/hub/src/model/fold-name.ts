// Names of users and hosts are compared without regard to case and to how their characters are composed: the same in
// SQLite, in PostgreSQL and here, since both stores hold the folded name beside the one that was given. It depends on no
// locale: `İ` folds to `i` with a dot above, `ß` stays what it is.

export function foldName(name: string): string {
  // A capital may have no composed form where its small letter has one, such as J with a caron.
  return name.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Of users of one issuer with the same name so many are looked at. */
export const namesakesMost = 16;

export function isSameName(one: string, other: string): boolean {
  return one === other || foldName(one) === foldName(other);
}

/**
 * Of rows that a store found for a name: the one of exactly that name, else of the lowest subject. A row whose name folds
 * to another was renamed by an older hub, which writes no folded name.
 */
export function pickNamed<Row extends { readonly name: string; readonly subject: string }>(
  rows: readonly Row[],
  name: string,
): Row | null {
  let picked: Row | null = null;
  for (const row of rows) {
    if (row.name === name) return row;
    if (isSameName(row.name, name) && (picked === null || row.subject < picked.subject)) picked = row;
  }
  return picked;
}
