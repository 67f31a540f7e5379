// One frozen Config, from the command line, the environment and a file. Each part declares its settings beside what they
// mean together; all problems of all parts are reported at once, each with its key and the name of its variable.
import { errorMessage } from '../lib/error-code.ts';
import { type BusConfig, readBus } from './bus.ts';
import { type DataConfig, readData } from './data.ts';
import { type DevelopmentConfig, readDevelopment } from './development.ts';
import { type IdentityConfig, readIdentity } from './identity.ts';
import { type ListenConfig, readListen } from './listen.ts';
import { ConfigError } from './problem.ts';
import {
  type ProxyConfig,
  type PushConfig,
  readOutboundProxy,
  readPush,
  readTraces,
  type TracesConfig,
} from './push.ts';
import type { Reading, Setting, Values } from './setting.ts';
import {
  type AllSettings,
  problemWith,
  type SettingName,
  settingNames,
  settingOf,
  settings,
} from './settings.ts';
import { type Given, readSources } from './sources.ts';
import { readThrottle, type ThrottleConfig } from './throttle.ts';
import { readTls, type TlsConfig } from './tls.ts';

export interface Config
  extends BusConfig,
    DataConfig,
    DevelopmentConfig,
    IdentityConfig,
    ListenConfig,
    ProxyConfig,
    PushConfig,
    ThrottleConfig,
    TlsConfig,
    TracesConfig {}

/** `flags` come from the command line, by setting name; `file` is the path of a JSON file, or null. */
export function readConfig(flags: Given, environment: NodeJS.ProcessEnv, file: string | null): Config {
  return withoutProblems((problems) => {
    const given = readSources({ flags, environment, file }, problems);
    return Object.freeze(
      Object.assign(
        readOutboundProxy(environment, problems),
        readTraces(environment),
        readParts({
          values: readValues(given, problems),
          isGiven: (name) => given[name] !== undefined,
          problem: (name, what) => problems.push(problemWith(name, what)),
        }),
      ),
    );
  });
}

/** The key of the push credentials alone, for commands that need nothing else of the configuration. */
export function readSecretKey(environment: NodeJS.ProcessEnv, file: string | null): Buffer | null {
  return withoutProblems((problems) => {
    const given = readSources({ flags: {}, environment, file }, problems);
    return readValue('secret-key', settings['secret-key'], given, problems);
  });
}

/** The data folder, as far as it can be read of a configuration that can't be used. */
export function readDataDir(flags: Given, environment: NodeJS.ProcessEnv, file: string | null): string {
  const given = readSources({ flags, environment, file }, []);
  return readValue('data-dir', settings['data-dir'], given, []);
}

function readParts(reading: Reading<AllSettings>): Omit<Config, keyof ProxyConfig | keyof TracesConfig> {
  const development = readDevelopment(reading);
  const { dev } = development;
  const { tls } = readTls(reading);
  const bus = readBus(reading);
  const listen = readListen(reading, {
    dev,
    tls: typeof tls === 'string' ? tls : 'own',
    hasBus: bus.nats !== null,
  });
  return {
    ...development,
    tls,
    ...bus,
    ...listen,
    ...readData(reading),
    ...readIdentity(reading, { dev, publicUrl: listen.publicUrl }),
    ...readThrottle(reading),
    ...readPush(reading, { dev }),
  };
}

function readValues(given: Given, problems: string[]): Values<AllSettings> {
  const values = settingNames.map((name) => [name, readValue(name, settingOf(name), given, problems)]);
  // The compiler can't follow a value from its setting through a list of names.
  return Object.fromEntries(values) as Values<AllSettings>;
}

/** What can not be used counts as not given, so that the rest is examined too. */
function readValue<T>(name: SettingName, setting: Setting<T>, given: Given, problems: string[]): T {
  try {
    return setting.read(given[name]);
  } catch (error) {
    const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    for (const each of all) problems.push(problemWith(name, errorMessage(each)));
    return setting.read(undefined);
  }
}

function withoutProblems<T>(read: (problems: string[]) => T): T {
  const problems: string[] = [];
  const result = read(problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return result;
}
