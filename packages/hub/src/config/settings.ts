// Every setting on one screen: its name, what it takes, what it is for; how it is spelled on the command line, in the
// environment and in a file, and how a problem with one is told. What they mean together is read by config.ts.
import { readFileSync } from 'node:fs';

type Kind = 'text' | 'list' | 'flag';

interface Option {
  readonly kind: Kind;
  readonly value: string;
  readonly about: string;
  /** Never on a command line, which every process of the machine may read. */
  readonly secret?: true;
}

const text = (value: string, about: string): Option => ({ kind: 'text', value, about });
const list = (value: string, about: string): Option => ({ kind: 'list', value, about });
const secret = (value: string, about: string): Option => ({ kind: 'text', value, about, secret: true });
const flag = (about: string): Option => ({ kind: 'flag', value: '', about });

/** Every setting of `carillon serve`: `--key` (unless it is a secret), `CARILLON_KEY`, and `key` in the file. */
export const settings = {
  port: text('<number>', 'port to listen on (default 4280; 0: any free one)'),
  host: text('<address>', 'address to listen on (default 127.0.0.1)'),
  'data-dir': text('<folder>', 'folder with the data (default .carillon)'),
  'database-url': text(
    '<url>',
    'PostgreSQL to keep the data in, postgres:// (default: SQLite in the data folder)',
  ),
  'embedded-provider': flag('run the embedded OpenID provider with PostgreSQL too'),
  'nats-url': list(
    '<url>',
    'NATS server between the nodes of a hub, nats:// or tls:// (default: one machine)',
  ),
  'nats-creds': text('<file>', 'credentials for the NATS servers, as nsc writes them'),
  'drain-delay': text(
    '<seconds>',
    'how long /readyz is 503 before streams are told to go (default 0; with a bus 2)',
  ),
  'tls-cert': text('<file>', 'certificate chain, PEM'),
  'tls-key': text('<file>', 'private key of the certificate, PEM'),
  'tls-dev': flag('serve TLS with a local CA made in the data folder'),
  'public-url': text('<url>', 'URL under which clients reach the hub (default: where it listens)'),
  issuer: list('<url>', 'OpenID Connect issuer to believe (default: the embedded provider)'),
  audience: list('<text>', 'audience that tokens must be for (default: the public URL)'),
  'admin-issuer': text('<url>', "issuer of operators' tokens (default: the only issuer)"),
  'inbox-client-id': text('<id>', 'client that the inbox page signs users in with, at the (first) issuer'),
  'inbox-scope': text(
    '<scopes>',
    'what the page asks that issuer for (default "openid profile offline_access Notifications.ReadWrite")',
  ),
  throttle: text('<number|off>', 'requests a minute for a user and app (default 3000)'),
  'trusted-proxy': list('<cidr>', 'proxy whose X-Forwarded-For is believed'),
  'secret-key': secret(
    '<base64>',
    'key of the push credentials, 32 bytes (default: a file made in the data folder)',
  ),
  'push-ca': text('<file>', 'certificates to trust for push services, beside the known ones, PEM'),
  'push-grace': text('<off|taps|all>', 'pushes that a device listening live makes needless (default taps)'),
  'allow-private-push': flag('push to private addresses and over http too'),
  dev: flag('demonstration data, private push addresses; loopback only'),
  'log-level': text('<level>', 'silent, fatal, error, warn, info, debug or trace (default info)'),
} as const satisfies Record<string, Option>;

export type SettingName = keyof typeof settings;
/** What one source gives, by setting name. */
export type Given = Partial<Record<SettingName, string | readonly string[] | boolean>>;

export function variableOf(name: string): string {
  return `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A problem as it is reported: the key, and every other way to set it. */
export function problemWith(name: SettingName, what: string): string {
  const flagged = isSecret(name) ? '' : `--${name}, `;
  return `${name} (${flagged}${variableOf(name)}): ${what}`;
}

export function isSecret(name: SettingName): boolean {
  return (settings[name] as Option).secret === true;
}

/** What all sources give: the command line before the environment before the file. Adds what is wrong to `problems`. */
export function readGiven(
  flags: Given,
  environment: NodeJS.ProcessEnv,
  file: string | null,
  problems: string[],
): Given {
  for (const name of Object.keys(flags) as SettingName[]) {
    if (!isSecret(name)) continue;
    problems.push(
      problemWith(
        name,
        'is not for the command line, which every process of the machine may read: use the variable or the file',
      ),
    );
  }
  return { ...readFile(file, problems), ...readEnvironment(environment, problems), ...flags };
}

function readFile(path: string | null, problems: string[]): Given {
  if (path === null) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's own message quotes the file, which may hold the key.
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : (error as Error).message;
    problems.push(`config (CARILLON_CONFIG): ${path} can not be read as JSON: ${why}`);
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
