// What PostgreSQL's error codes mean for a batch (https://www.postgresql.org/docs/current/errcodes-appendix.html).
// The committer decides by them whether to retry, to bisect the batch, or to answer that the store is unreachable.
import { DatabaseError } from 'pg';
import { StoreError, type StoreFault } from '../../store.ts';

/** Serialization failure, deadlock, lock not available: the same batch may well succeed in a moment. */
const busyStates: ReadonlySet<string> = new Set(['40001', '40P01', '55P03']);
/** Read-only (a standby), idle in transaction for too long, cancelled by a timeout. */
const unavailableStates: ReadonlySet<string> = new Set(['25006', '25P03', '57014', '3D000']);
/** Connection, authorization, resources (connections, disk, memory), shutting down or starting up, system. */
const unavailableClasses: ReadonlySet<string> = new Set(['08', '28', '53', '57', '58']);

function faultOf(sqlState: string): StoreFault {
  if (busyStates.has(sqlState)) return 'busy';
  if (unavailableStates.has(sqlState) || unavailableClasses.has(sqlState.slice(0, 2))) return 'unavailable';
  return 'poison';
}

/** Of whatever a query failed with: an answer of the server, or the lack of one. */
export function queryError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DatabaseError && error.code !== undefined) {
    return new StoreError(faultOf(error.code), `PostgreSQL refused (${error.code}): ${message}`, error);
  }
  return new StoreError('unavailable', `PostgreSQL can not be reached: ${message}`, error);
}

/** Of whatever a commit failed with: what is no fault of the database is one of the writes. */
export function commitError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError('poison', error instanceof Error ? error.message : String(error), error);
}
