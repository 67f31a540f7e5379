// What SQLite's result codes mean for a batch (https://www.sqlite.org/rescode.html).
// The committer decides by them whether to retry, to bisect the batch, or to answer that the store is unreachable.
import type { StoreFault } from '../../store.ts';

const primaryCode = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
} as const;

/** The frames of the commit are in the log, and the disk did not say that it has them: a restart may find them whole. */
const fsyncFailed = 1034;

export function faultOf(error: unknown): StoreFault {
  if (extendedCodeOf(error) === fsyncFailed) return 'uncertain';
  switch (codeOf(error)) {
    case primaryCode.busy:
    case primaryCode.locked:
      return 'busy';
    case primaryCode.readOnly:
    case primaryCode.ioError:
    case primaryCode.corrupt:
    case primaryCode.full:
    case primaryCode.cantOpen:
    case primaryCode.notADatabase:
      return 'unavailable';
    default:
      return 'poison';
  }
}

/** A connection that saw one of these can't be trusted with another fsync. */
export function needsReopen(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === primaryCode.ioError ||
    code === primaryCode.corrupt ||
    code === primaryCode.cantOpen ||
    code === primaryCode.readOnly
  );
}

function codeOf(error: unknown): number {
  const code = extendedCodeOf(error);
  return code < 0 ? code : code & 0xff;
}

function extendedCodeOf(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : -1;
}
