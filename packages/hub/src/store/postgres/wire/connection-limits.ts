// How many connections PostgreSQL takes from the hubs of this database: the least of what server, role and database allow.
// Asked by doctor over a connection of its own.
import { decodeNumber } from '../../columns.ts';
import { withClient } from './client.ts';

/** What bounds them, as an operator changes it, and how many it allows. */
export interface ConnectionLimit {
  readonly by: string;
  readonly allowed: number;
}

// What is reserved for others counts only for a role that is none of them; a limit below zero is none.
const ask = `SELECT
  current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0 ELSE
    current_setting('superuser_reserved_connections')::int +
    coalesce(current_setting('reserved_connections', true)::int, 0) END AS server,
  CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END AS role,
  CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END AS database
  FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`;

export async function readConnectionLimit(url: string): Promise<ConnectionLimit> {
  return withClient(url, async (client) => {
    const { server, role, database } = (await client.query(ask)).rows[0] ?? {};
    const limits = [
      { by: 'max_connections of the server', allowed: decodeNumber(server) },
      { by: 'CONNECTION LIMIT of the role', allowed: decodeNumber(role) },
      { by: 'CONNECTION LIMIT of the database', allowed: decodeNumber(database) },
    ].filter(({ allowed }) => allowed >= 0);
    return limits.reduce((least, each) => (each.allowed < least.allowed ? each : least));
  });
}
