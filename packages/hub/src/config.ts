// One frozen Config, from the command line, the environment and a file, in that order of precedence. All problems are
// reported at once, each with its key and the name of its variable; unknown keys are refused.
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import ipaddr from 'ipaddr.js';
import type { LogLevel } from './telemetry/log.ts';

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** The certificate chain and its key, as PEM. */
  readonly tls: 'off' | 'dev' | { readonly cert: string; readonly key: string };
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

const text = (value: string, about: string): Option => ({ kind: 'text', value, about });
const list = (value: string, about: string): Option => ({ kind: 'list', value, about });
const flag = (about: string): Option => ({ kind: 'flag', value: '', about });

/** Every setting of `carillon serve`: `--key`, `CARILLON_KEY`, and `key` in the file. */
export const settings = {
  port: text('<number>', 'port to listen on (default 4280; 0: any free one)'),
  host: text('<address>', 'address to listen on (default 127.0.0.1)'),
  'data-dir': text('<folder>', 'folder with the data (default .carillon)'),
  'database-url': text('<url>', 'refused: this version keeps its data in SQLite'),
  'nats-url': text('<url>', 'refused: this version has no bus'),
  'tls-cert': text('<file>', 'certificate chain, PEM'),
  'tls-key': text('<file>', 'private key of the certificate, PEM'),
  'tls-dev': flag('serve TLS with a local CA made in the data folder'),
  'public-url': text('<url>', 'URL under which clients reach the hub (default: where it listens)'),
  issuer: list('<url>', 'OpenID Connect issuer to believe (default: the embedded provider)'),
  audience: list('<text>', 'audience that tokens must be for (default: the public URL)'),
  'admin-issuer': text('<url>', "issuer of operators' tokens (default: the only issuer)"),
  throttle: text('<number|off>', 'requests a minute for a user and app (default 3000)'),
  'trusted-proxy': list('<cidr>', 'proxy whose X-Forwarded-For is believed'),
  'allow-private-push': flag('push to private addresses and over http too'),
  dev: flag('demonstration data, private push addresses; loopback only'),
  'log-level': text('<level>', 'silent, fatal, error, warn, info, debug or trace (default info)'),
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

/** A problem as it is reported: the key, and every other way to set it. */
export function problemWith(name: SettingName, what: string): string {
  return `${name} (--${name}, ${variableOf(name)}): ${what}`;
}

/** What is meant for another store would silently land in this one. */
export function refusedStores(given: Partial<Record<SettingName, unknown>>): string[] {
  const refused = (['database-url', 'nats-url'] as const).filter((name) => given[name] !== undefined);
  return refused.map((name) => problemWith(name, 'this version keeps its data in SQLite only: leave it out'));
}

/** `flags` come from the command line, by setting name; `file` is the path of a JSON file, or null. */
export function readConfig(flags: Given, environment: NodeJS.ProcessEnv, file: string | null): Config {
  const problems: string[] = [];
  const given: Given = { ...readFile(file, problems), ...readEnvironment(environment, problems), ...flags };
  const config = new Reader(given, problems).read();
  problems.push(...refusedStores(given));
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
    const issuers = this.#issuers();
    const audiences = this.#list('audience');
    return {
      port,
      host,
      dataDir: this.#text('data-dir') ?? '.carillon',
      tls,
      publicUrl,
      issuers,
      audiences: audiences.length > 0 ? audiences : [publicUrl],
      adminIssuer: this.#adminIssuer() ?? (issuers.length === 1 ? (issuers[0] as string) : null),
      throttlePerMinute: this.#throttle(),
      trustedProxies: this.#proxies(),
      allowPrivatePush: dev || this.#flag('allow-private-push'),
      dev,
      logLevel: this.#logLevel(dev ? 'warn' : 'info'),
    };
  }

  #text(name: SettingName): string | undefined {
    const value = this.#given[name];
    if (typeof value === 'number') return String(value);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    this.#problem(name, value === '' ? 'must not be empty' : 'must be a text');
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
    if (typeof value === 'string') return [value];
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
    const before = this.#problems.length;
    const cert = this.#pem('tls-cert', certPath, 'tls-key');
    const key = this.#pem('tls-key', keyPath, 'tls-cert');
    if (this.#problems.length > before) return 'off';
    this.#tryPem('tls-key', `${keyPath} is not the key of the certificate in ${certPath}`, { cert, key });
    return { cert, key };
  }

  #pem(name: 'tls-cert' | 'tls-key', path: string | undefined, beside: SettingName): string {
    try {
      if (path === undefined) throw new Error(`is needed beside ${beside}`);
      const pem = readFileSync(path, 'utf8');
      if (name === 'tls-cert') this.#tryPem(name, `${path} holds no certificate chain in PEM`, { cert: pem });
      else this.#tryPem(name, `${path} holds no private key without passphrase in PEM`, { key: pem });
      return pem;
    } catch (error) {
      this.#problem(name, `${path === undefined ? '' : 'can not be read: '}${(error as Error).message}`);
      return '';
    }
  }

  #tryPem(name: SettingName, what: string, pem: { readonly cert?: string; readonly key?: string }): void {
    try {
      createSecureContext(pem);
    } catch (error) {
      this.#problem(name, `${what}: ${(error as Error).message}`);
    }
  }

  #publicUrl(): string | undefined {
    const given = this.#text('public-url');
    if (given === undefined) return undefined;
    const url = URL.parse(given);
    const bare = url !== null && url.username + url.password + url.search + url.hash === '';
    if (bare && /^https?:$/.test(url.protocol)) return given.replace(/\/+$/, '');
    const shown = given.includes('@') ? 'it' : `"${given}"`; // a password is not for the terminal
    this.#problem('public-url', `${shown} must be an http or https URL without user, password and query`);
    return undefined;
  }

  #issuers(): readonly string[] {
    const issuers = this.#list('issuer');
    for (const issuer of issuers) this.#checkIssuer('issuer', issuer);
    return issuers;
  }

  #adminIssuer(): string | undefined {
    const issuer = this.#text('admin-issuer');
    if (issuer !== undefined) this.#checkIssuer('admin-issuer', issuer);
    return issuer;
  }

  #checkIssuer(name: SettingName, issuer: string): void {
    const url = URL.parse(issuer);
    const local = url?.protocol === 'http:' && loopbackHosts.includes(url.hostname.replace(/^\[|\]$/g, ''));
    if (url?.protocol !== 'https:' && !local)
      this.#problem(name, `"${issuer}" must be an https URL (http only on loopback)`);
  }

  #proxies(): readonly string[] {
    const proxies = this.#list('trusted-proxy');
    for (const cidr of proxies) {
      if (!ipaddr.isValid(cidr) && !ipaddr.isValidCIDR(cidr))
        this.#problem('trusted-proxy', `"${cidr}" must be an address or a CIDR range such as 10.0.0.0/8`);
    }
    return proxies;
  }

  #logLevel(fallback: LogLevel): LogLevel {
    const level = this.#text('log-level') ?? fallback;
    if (!logLevels.includes(level))
      this.#problem('log-level', `"${level}" must be one of ${logLevels.join(', ')}`);
    return level as LogLevel;
  }

  #problem(name: SettingName, what: string): void {
    this.#problems.push(problemWith(name, what));
  }
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
