// One frozen Config, from the command line, the environment and a file, in that order of precedence. All problems are
// reported at once, each with its key and the name of its variable; unknown keys are refused.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import ipaddr from 'ipaddr.js';
import { urlHost } from '../lib/url-host.ts';
import type { LogLevel } from '../telemetry/log.ts';
import { readDatabaseUrl } from './database.ts';
import { type InboxSettings, readInbox } from './inbox.ts';
import { isNatsServer, readNatsCredentials } from './nats.ts';
import { type Given, problemWith, readGiven, type SettingName } from './settings.ts';

export const pushGraces = ['off', 'taps', 'all'] as const;
export type PushGrace = (typeof pushGraces)[number];

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** PostgreSQL, or null for SQLite; and whether the embedded provider may run with it. */
  readonly databaseUrl: string | null;
  readonly embeddedProvider: boolean;
  /** The certificate chain and its key, as PEM. */
  readonly tls: 'off' | 'dev' | { readonly cert: string; readonly key: string };
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Empty: the embedded provider. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly adminIssuer: string | null;
  /** How the inbox page signs users in at the first issuer. */
  readonly inbox: InboxSettings;
  /** Requests a minute for a user and app; null for no limit. */
  readonly throttlePerMinute: number | null;
  readonly trustedProxies: readonly string[];
  readonly allowPrivatePush: boolean;
  /** What push credentials are encrypted with, 32 bytes; null: a key file of the data folder. */
  readonly secretKey: Buffer | null;
  /** Certificates to trust for push services beside the known ones, as PEM. */
  readonly pushCa: string | null;
  /** Which pushes a device doesn't get that listens live and acknowledges at once. */
  readonly pushGrace: PushGrace;
  /** What connects the nodes of a hub; null for one machine. `credentials` is the content of a file. */
  readonly nats: { readonly urls: readonly string[]; readonly credentials: string | null } | null;
  /** Between saying that it is not ready and telling streams to go. */
  readonly drainDelayMs: number;
  readonly dev: boolean;
  readonly logLevel: LogLevel;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** `flags` come from the command line, by setting name; `file` is the path of a JSON file, or null. */
export function readConfig(flags: Given, environment: NodeJS.ProcessEnv, file: string | null): Config {
  const problems: string[] = [];
  const given = readGiven(flags, environment, file, problems);
  const config = new Reader(given, problems).read();
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** The key of the push credentials alone, for commands that need nothing else of the configuration. */
export function readSecretKey(environment: NodeJS.ProcessEnv, file: string | null): Buffer | null {
  const problems: string[] = [];
  const key = new Reader(readGiven({}, environment, file, problems), problems).secretKey();
  if (problems.length > 0) throw new ConfigError(problems);
  return key;
}

const logLevels: readonly LogLevel[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const keyBytes = 32;
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
    const issuers = this.#list('issuer');
    for (const issuer of issuers) this.#checkIssuer('issuer', issuer);
    const audiences = this.#list('audience');
    const nats = this.#nats();
    const inbox = { clientId: this.#text('inbox-client-id'), scope: this.#text('inbox-scope') };
    return {
      port,
      host,
      dataDir: this.#text('data-dir') ?? '.carillon',
      databaseUrl: readDatabaseUrl(this.#text('database-url'), this.#problems),
      embeddedProvider: dev || this.#flag('embedded-provider'),
      tls,
      publicUrl,
      issuers,
      audiences: audiences.length > 0 ? audiences : [publicUrl],
      adminIssuer: this.#adminIssuer() ?? (issuers.length === 1 ? (issuers[0] as string) : null),
      inbox: readInbox(inbox, issuers, this.#problems),
      throttlePerMinute: this.#throttle(),
      trustedProxies: this.#proxies(),
      allowPrivatePush: dev || this.#flag('allow-private-push'),
      secretKey: this.secretKey(),
      pushCa: this.#pushCa(),
      pushGrace: this.#oneOf('push-grace', pushGraces, 'taps'),
      nats,
      drainDelayMs: 1000 * this.#number('drain-delay', nats ? 2 : 0, 0, 60),
      dev,
      logLevel: this.#oneOf('log-level', logLevels, dev ? 'warn' : 'info'),
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

  secretKey(): Buffer | null {
    const text = this.#text('secret-key');
    if (text === undefined) return null;
    const key = Buffer.from(text, 'base64');
    if (key.length === keyBytes && /^[\w+/-]+=*$/.test(text)) return key;
    this.#problem(
      'secret-key',
      `must be ${keyBytes} bytes in base64, as \`openssl rand -base64 ${keyBytes}\` prints`,
    );
    return null;
  }

  #pushCa(): string | null {
    const path = this.#text('push-ca');
    if (path === undefined) return null;
    try {
      const pem = readFileSync(path, 'utf8');
      const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
      if (!certificates) throw new Error('it holds no certificate in PEM');
      for (const certificate of certificates) new X509Certificate(certificate);
      return pem;
    } catch (error) {
      this.#problem('push-ca', `${path} can not be used: ${(error as Error).message}`);
      return null;
    }
  }

  #nats(): Config['nats'] {
    const urls = this.#list('nats-url').flatMap((url) => url.split(/\s*,\s*/));
    const credentials = this.#natsCredentials();
    // What is wrong is not told, since it may hold a password.
    if (!urls.every(isNatsServer))
      this.#problem('nats-url', 'must be like nats://host:4222 or tls://user:password@host:4222');
    if (urls.length > 0) return { urls, credentials };
    if (credentials !== null) this.#problem('nats-creds', 'is needed only beside nats-url');
    return null;
  }

  #natsCredentials(): string | null {
    const path = this.#text('nats-creds');
    if (path === undefined) return null;
    try {
      return readNatsCredentials(path);
    } catch (error) {
      this.#problem('nats-creds', `${path} can not be used: ${(error as Error).message}`);
      return null;
    }
  }

  #oneOf<T extends string>(name: SettingName, known: readonly T[], fallback: T): T {
    const text = this.#text(name) ?? fallback;
    const found = known.find((each) => each === text);
    if (found === undefined) this.#problem(name, `"${text}" must be one of ${known.join(', ')}`);
    return found ?? fallback;
  }

  #problem(name: SettingName, what: string): void {
    this.#problems.push(problemWith(name, what));
  }
}
