// Reads rows of the registry by the lists that they are selected and written by. A row that holds anything else than its
// list says is a defect, and is refused.
import { keyNames } from '../registry.ts';
import { type Columns, type ColumnType, registryTables } from '../registry-tables.ts';
import type { Part, Row } from './session.ts';

interface Values {
  readonly text: string;
  readonly bigint: number;
  readonly boolean: boolean;
  readonly 'text?': string | null;
  readonly 'bigint?': number | null;
}

export type RowOf<C extends Columns> = { readonly [Name in keyof C]: Values[C[Name]] };

export interface Table<C extends Columns> {
  /** The columns, as a SELECT or an INSERT lists them. */
  readonly names: string;
  /** As many placeholders as columns: $1, $2 … */
  readonly placeholders: string;
  read(row: Row): RowOf<C>;
}

export function openTable<C extends Columns>(columns: C): Table<C> {
  const entries = Object.entries(columns);
  const names = entries.map(([name]) => name);
  return {
    names: names.join(', '),
    placeholders: names.map((_, index) => `$${index + 1}`).join(', '),
    read: (row) =>
      Object.fromEntries(entries.map(([name, type]) => [name, readValue(name, type, row[name])])) as RowOf<C>,
  };
}

function readValue(name: string, type: ColumnType, value: unknown): Values[ColumnType] {
  switch (type) {
    case 'text?':
      if (value === null || typeof value === 'string') return value;
      break;
    case 'bigint?':
      if (value === null || typeof value === 'number') return value;
      break;
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'bigint':
      if (typeof value === 'number') return value;
      break;
    case 'boolean':
      // SQLite has no booleans of its own.
      if (typeof value === 'boolean') return value;
      if (value === 0 || value === 1) return value === 1;
      break;
  }
  throw new Error(`The column ${name} of the registry holds a ${typeof value}, and should hold ${type}.`);
}

/** All rows of what is kept in memory. */
export const selectPart: Readonly<Record<Part, string>> = {
  app: `SELECT ${openTable(registryTables.app).names} FROM app ORDER BY id`,
  credential: `SELECT ${openTable(registryTables.credential).names} FROM credential ORDER BY app, kind`,
  revocation: `SELECT ${openTable(registryTables.revocation).names} FROM revocation ORDER BY subject`,
  webhook: 'SELECT watch FROM change_subscription ORDER BY id',
  key: `SELECT ${openTable(registryTables.fact).names} FROM fact WHERE key IN ('${keyNames.join("', '")}') ORDER BY key`,
};
