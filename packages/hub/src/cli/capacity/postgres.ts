// What PostgreSQL is asked: rows and log a second, and what it stores when as much expires as comes. Most of the log is
// images of pages: users are spread over all of them, so that nearly every write is a page's first since the checkpoint.
import {
  hubFixed,
  pageBytes,
  pageImageBytes,
  pagesTouched,
  randomPagesShare,
  rowsWritten,
  postgresTrial as trial,
} from './constants.ts';
import type { CapacityInputs } from './inputs.ts';
import type { Load, Rates } from './load.ts';

export interface Postgres {
  readonly rowsPerSecond: number;
  readonly logBytesPerSecond: number;
  readonly logBytesPerDay: number;
  /** The part of the log at the peak that is images of whole pages, written first after a checkpoint. */
  readonly pageImageShare: number;
  readonly growthBytesPerDay: number;
  readonly storedBytes: number;
  readonly connections: number;
}

/** Pages that are not full, and rows that wait for vacuum. */
const bloat = 1.3;
/** A tombstone of an expired notification is kept so long. */
const tombstoneDays = 1;
const daySeconds = 86_400;

export function postgresOf(inputs: CapacityInputs, { mean, peak }: Load, hubs: number): Postgres {
  const { users, devices, rate, days, content } = inputs;
  const notification = trial.notificationBytes + content + devices * trial.deliveryBytes;
  const growthBytesPerDay = users * rate * notification * bloat;
  const lasting = users * (trial.userBytes + devices * trial.subscriptionBytes);
  const storedBytes = lasting + growthBytesPerDay * (days + tombstoneDays);
  const atPeak = logOf(inputs, peak, storedBytes);
  const onAverage = logOf(inputs, mean, storedBytes);
  return {
    rowsPerSecond: rowsOf(peak),
    logBytesPerSecond: atPeak.rows + atPeak.pages,
    logBytesPerDay: (onAverage.rows + onAverage.pages) * daySeconds,
    pageImageShare: atPeak.pages === 0 ? 0 : atPeak.pages / (atPeak.rows + atPeak.pages),
    growthBytesPerDay,
    storedBytes,
    connections: hubs * hubFixed.postgresConnections,
  };
}

function rowsOf({ creates, stateChanges, pushesAll }: Rates): number {
  const { create, stateChange, delivery, deliveryResult } = rowsWritten;
  return creates * create + stateChanges * stateChange + pushesAll * (delivery + deliveryResult);
}

/** Bytes a second: of the rows, and of the pages that they are the first to touch since the last checkpoint. */
function logOf(
  { content, checkpoint, compression }: CapacityInputs,
  { creates, stateChanges, pushesAll }: Rates,
  storedBytes: number,
): { readonly rows: number; readonly pages: number } {
  const rows =
    creates * (trial.createLogBytes + content) +
    stateChanges * (trial.stateChangeLogBytes + content) +
    pushesAll * (trial.plannedDeliveryLogBytes + trial.deliveryResultLogBytes);
  const seconds = checkpoint * 60;
  const touches =
    seconds *
    (creates * (pagesTouched.create + pagesTouched.deliveries) + stateChanges * pagesTouched.stateChange);
  const pages = (storedBytes * randomPagesShare) / pageBytes;
  // Touches fall on these pages at random: so many are touched at least once.
  const touched = pages * -Math.expm1(-touches / pages);
  return { rows, pages: (touched * pageImageBytes) / compression / seconds };
}
