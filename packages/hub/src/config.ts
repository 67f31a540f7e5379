// One frozen Config, from the command line, the environment and a file, in that order of precedence. All problems are
// reported at once, each with its key and the name of its variable; unknown keys are refused.
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import type { LogLevel } from './telemetry/log.ts';

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly tls: 'off' | 'dev' | { readonly certPath: string; readonly keyPath: string };
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Empty: the embedded provider. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly adminIssuer: string | null;
  /** Requests a minute for a user and app; null for no limit. */
  readonly throttlePerMinute: number | null;
  readonly trustedProxies: readonly string[];
  readonly allowPrivatePush: boolean;
  readonly dev: boolean;
  readonly logLevel: LogLevel;
}

type Kind = 'text' | 'list' | 'flag';

interface Option {
  readonly kind: Kind;
  readonly value: string;
  readonly about: string;
}

/** Every setting of `carillon serve`: `--key`, `CARILLON_KEY`, and `key` in the file. */
export const settings = {
  port: { kind: 'text', value: '<number>', about: 'port to listen on (default 4280; 0: any free one)' },
  host: { kind: 'text', value: '<address>', about: 'address to listen on (default 127.0.0.1)' },
  'data-dir': { kind: 'text', value: '<folder>', about: 'folder with the data (default .carillon)' },
  'tls-cert': { kind: 'text', value: '<file>', about: 'certificate chain, PEM' },
  'tls-key': { kind: 'text', value: '<file>', about: 'private key of the certificate, PEM' },
  'tls-dev': { kind: 'flag', value: '', about: 'serve TLS with a local CA made in the data folder' },
  'public-url': {
    kind: 'text',
    value: '<url>',
    about: 'URL under which clients reach the hub (default: where it listens)',
  },
  issuer: {
    kind: 'list',
    value: '<url>',
    about: 'OpenID Connect issuer to believe (default: the embedded provider)',
  },
  audience: {
    kind: 'list',
    value: '<text>',
    about: 'audience that tokens must be for (default: the public URL)',
  },
  'admin-issuer': {
    kind: 'text',
    value: '<url>',
    about: "issuer of operators' tokens (default: the only issuer)",
  },
  throttle: {
    kind: 'text',
    value: '<number|off>',
    about: 'requests a minute for a user and app (default 3000)',
  },
  'trusted-proxy': { kind: 'list', value: '<cidr>', about: 'proxy whose X-Forwarded-For is believed' },
  'allow-private-push': { kind: 'flag', value: '', about: 'push to private addresses and over http too' },
  dev: { kind: 'flag', value: '', about: 'demonstration data, private push addresses; loopback only' },
  'log-level': {
    kind: 'text',
    value: '<level>',
    about: 'silent, fatal, error, warn, info, debug or trace (default info)',
  },
} as const satisfies Record<string, Option>;

export type SettingName = keyof typeof settings;
type Given = Partial<Record<SettingName, string | readonly string[] | boolean>>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export function variableOf(name: string): string {
  return `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** `flags` come from the command line, by setting name; `file` is the path of a JSON file, or null. */
export function readConfig(flags: Given, environment: NodeJS.ProcessEnv, file: string | null): Config {
  const problems: string[] = [];
  const given: Given = { ...readFile(file, problems), ...readEnvironment(environment, problems), ...flags };
  const config = new Reader(given, problems).read();
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

function readFile(path: string | null, problems: string[]): Given {
  if (path === null) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    problems.push(`config (CARILLON_CONFIG): ${path} can not be read as JSON: ${(error as Error).message}`);
    return {};
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`config (CARILLON_CONFIG): ${path} must hold one JSON object`);
    return {};
  }
  for (const name of Object.keys(content)) {
    if (!(name in settings))
      problems.push(`${name}: unknown in ${path}; known are ${Object.keys(settings).join(', ')}`);
  }
  return content as Given;
}

function readEnvironment(environment: NodeJS.ProcessEnv, problems: string[]): Given {
  const given: Record<string, string | string[] | boolean> = {};
  for (const [name, { kind }] of Object.entries(settings)) {
    const text = environment[variableOf(name)];
    if (text === undefined || text === '') continue;
    if (kind === 'list') given[name] = text.split(',').map((part) => part.trim());
    else if (kind === 'text') given[name] = text;
    else if (/^(1|true|0|false)$/i.test(text)) given[name] = /^(1|true)$/i.test(text);
    else problems.push(`${name} (${variableOf(name)}): "${text}" must be 1, 0, true or false`);
  }
  return given as Given;
}

const logLevels: readonly string[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const loopbackHosts = ['127.0.0.1', '::1', 'localhost'];

class Reader {
  readonly #given: Given;
  readonly #problems: string[];

  constructor(given: Given, problems: string[]) {
    this.#given = given;
    this.#problems = problems;
  }

  read(): Config {
    const dev = this.#flag('dev');
    const host = this.#text('host') ?? '127.0.0.1';
    if (dev && !loopbackHosts.includes(host)) {
      this.#problem('host', `"${host}" is not a loopback address, and --dev never listens beyond loopback`);
    }
    const port = this.#number('port', 4280, 0, 65_535);
    const tls = this.#tls();
    const publicUrl =
      this.#publicUrl() ??
      `${tls === 'off' ? 'http' : 'https'}://${urlHost(tls === 'dev' ? 'localhost' : host)}:${port}`;
    const issuers = this.#issuers('issuer');
    const audiences = this.#list('audience');
    return {
      port,
      host,
      dataDir: this.#text('data-dir') ?? '.carillon',
      tls,
      publicUrl,
      issuers,
      audiences: audiences.length > 0 ? audiences : [publicUrl],
      adminIssuer: this.#text('admin-issuer') ?? (issuers.length === 1 ? (issuers[0] as string) : null),
      throttlePerMinute: this.#throttle(),
      trustedProxies: this.#proxies(),
      allowPrivatePush: dev || this.#flag('allow-private-push'),
      dev,
      logLevel: this.#logLevel(dev ? 'warn' : 'info'),
    };
  }

  #text(name: SettingName): string | undefined {
    const value = this.#given[name];
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    this.#problem(name, 'must be a text');
    return undefined;
  }

  #flag(name: SettingName): boolean {
    const value = this.#given[name] ?? false;
    if (typeof value === 'boolean') return value;
    this.#problem(name, 'must be true or false');
    return false;
  }

  #list(name: SettingName): readonly string[] {
    const value = this.#given[name] ?? [];
    if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value;
    this.#problem(name, 'must be a list of texts');
    return [];
  }

  #number(name: SettingName, fallback: number, min: number, max: number): number {
    const text = this.#text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.#problem(name, `"${text}" must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  #throttle(): number | null {
    return this.#text('throttle') === 'off' ? null : this.#number('throttle', 3000, 1, 10_000_000);
  }

  #tls(): Config['tls'] {
    const certPath = this.#text('tls-cert');
    const keyPath = this.#text('tls-key');
    if (this.#flag('tls-dev')) {
      if (certPath ?? keyPath) this.#problem('tls-dev', 'goes without tls-cert and tls-key');
      return 'dev';
    }
    if (certPath === undefined && keyPath === undefined) return 'off';
    if (certPath === undefined) this.#problem('tls-cert', 'is needed beside tls-key');
    if (keyPath === undefined) this.#problem('tls-key', 'is needed beside tls-cert');
    return { certPath: certPath ?? '', keyPath: keyPath ?? '' };
  }

  #publicUrl(): string | undefined {
    const text = this.#text('public-url');
    if (text === undefined) return undefined;
    const url = URL.parse(text);
    if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '')
      return text.replace(/\/+$/, '');
    this.#problem('public-url', `"${text}" must be an http or https URL without query`);
    return undefined;
  }

  #issuers(name: 'issuer'): readonly string[] {
    for (const issuer of this.#list(name)) {
      const url = URL.parse(issuer);
      const local = url?.protocol === 'http:' && loopbackHosts.includes(url.hostname.replace(/^\[|\]$/g, ''));
      if (url?.protocol !== 'https:' && !local)
        this.#problem(name, `"${issuer}" must be an https URL (http only on loopback)`);
    }
    return this.#list(name);
  }

  #proxies(): readonly string[] {
    for (const cidr of this.#list('trusted-proxy')) {
      if (!ipaddr.isValid(cidr) && !ipaddr.isValidCIDR(cidr)) {
        this.#problem('trusted-proxy', `"${cidr}" must be an address or a CIDR range such as 10.0.0.0/8`);
      }
    }
    return this.#list('trusted-proxy');
  }

  #logLevel(fallback: LogLevel): LogLevel {
    const level = this.#text('log-level') ?? fallback;
    if (!logLevels.includes(level))
      this.#problem('log-level', `"${level}" must be one of ${logLevels.join(', ')}`);
    return level as LogLevel;
  }

  #problem(name: SettingName, what: string): void {
    this.#problems.push(`${name} (--${name}, ${variableOf(name)}): ${what}`);
  }
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
