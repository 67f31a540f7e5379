// The log: one JSON object a line on standard error (pino), so that standard output stays for people. It never holds a
// token, a secret, a payload or an UNS-ID: what is logged is named here and in the request log, field by field.
import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** A line a request would be a write a request: they leave together, within a second, and when the hub closes. */
const bufferedBytes = 4096;
const flushEveryMs = 1000;

export function openLog(level: LogLevel): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: false, minLength: bufferedBytes, periodicFlush: flushEveryMs }),
  );
}
