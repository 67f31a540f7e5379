// The SQL of the registry that differs between SQLite and PostgreSQL. Each back end passes its own to open-registry; all
// other SQL of the registry is the same for both.
import type { Grants } from '../registry.ts';
import type { Session } from './session.ts';
import type { TicketStatements } from './tickets.ts';

export interface Dialect {
  /** A SELECT of the texts of a JSON array, in a column named `value`. */
  each(parameter: string): string;
  /** Where a grant keeps that it was used differs. */
  grants(session: Session): Grants;
  tickets(session: Session): TicketStatements;
}
