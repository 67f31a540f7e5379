// Development: what `--dev` switches on, and how much is logged. Other parts take `dev` from here, since it changes their
// defaults.
import { Type } from '@carillon/protocol/schemas';
import type { LogLevel } from '../telemetry/log.ts';
import { flag, type Reading, setting } from './setting.ts';

export interface DevelopmentConfig {
  readonly dev: boolean;
  readonly logLevel: LogLevel;
}

const logLevels = [
  'silent',
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
] as const satisfies readonly LogLevel[];

export const developmentSettings = {
  dev: flag('demonstration data, private push addresses; loopback only'),
  'log-level': setting({
    schema: Type.Enum(logLevels),
    usual: 'info; with --dev warn',
    takes: 'level',
    about: `least level that is logged: ${logLevels.join(', ')}`,
  }),
};

export function readDevelopment({ values }: Reading<typeof developmentSettings>): DevelopmentConfig {
  const { dev, 'log-level': level } = values;
  return { dev, logLevel: level ?? (dev ? 'warn' : 'info') };
}
