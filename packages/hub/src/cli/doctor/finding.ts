// The findings of the doctor, one line a check: ok, warn or fail. A line that is not ok also says what to do, after a
// dash.
type Status = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly status: Status;
  readonly name: string;
  /** What was found; after a dash, what to do. */
  readonly message: string;
}

export function ok(name: string, message: string): Finding {
  return { status: 'ok', name, message };
}

export function warn(name: string, what: string, todo: string): Finding {
  return { status: 'warn', name, message: `${what} – ${todo}` };
}

export function fail(name: string, what: string, todo: string): Finding {
  return { status: 'fail', name, message: `${what} – ${todo}` };
}
