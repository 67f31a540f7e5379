// Where the data is kept: in PostgreSQL under a URL, which may carry a password and so is never repeated in a problem,
// or in SQLite in the data folder.

import { problemWith } from './settings.ts';

/** Null for SQLite; adds what is wrong to `problems`. */
export function readDatabaseUrl(given: string | undefined, problems: string[]): string | null {
  if (given === undefined) return null;
  if (/^postgres(ql)?:$/.test(URL.parse(given)?.protocol ?? '')) return given;
  problems.push(problemWith('database-url', 'it must be a URL such as postgres://user@host/database'));
  return null;
}
