// The log: one JSON object a line on standard error (pino), so that standard output stays for people. It never holds a
// token, a secret, a payload or an UNS-ID: what is logged is named here and in the request log, field by field.
import { type Logger, pino } from 'pino';
import { systemClock } from '../lib/clock.ts';
import { openLogSink } from './log-sink.ts';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export function openLog(level: LogLevel): Logger {
  if (level === 'silent') return pino({ level });
  const sink = openLogSink(systemClock);
  process.once('exit', () => sink.flushSync());
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink);
}
