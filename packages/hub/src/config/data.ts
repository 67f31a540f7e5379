// Where the data is kept, and what push credentials are encrypted with. The URL of a database may hold a password and
// is never quoted.
import { Type } from '@carillon/protocol/schemas';
import { serversOf } from '../store/database-url.ts';
import { type Reading, setting } from './setting.ts';

export interface DataConfig {
  readonly dataDir: string;
  /** PostgreSQL, or null for SQLite. */
  readonly databaseUrl: string | null;
  /** What push credentials are encrypted with, 32 bytes; null: a key file of the data folder. */
  readonly secretKey: Buffer | null;
  /** What the living notifications of a user and app may hold, in bytes of content. */
  readonly storageBytesMax: number;
}

const keyBytes = 32;

export const dataSettings = {
  'data-dir': setting({
    schema: Type.String({ minLength: 1 }),
    default: '.carillon',
    takes: 'folder',
    about: 'folder with the data',
  }),
  'database-url': setting(
    {
      schema: Type.String({ minLength: 1 }),
      usual: 'SQLite in the data folder',
      takes: 'url',
      about: 'PostgreSQL to keep the data in, postgres://',
    },
    (given) => (given === null ? null : readDatabaseUrl(given)),
  ),
  'secret-key': setting(
    {
      schema: Type.String({ minLength: 1 }),
      secret: true,
      usual: 'a file made in the data folder',
      takes: 'base64',
      about: `key that push credentials are encrypted with, ${keyBytes} bytes`,
    },
    (given) => (given === null ? null : readKey(given)),
  ),
  'user-storage': setting(
    {
      schema: Type.Union([Type.Integer({ minimum: 1 }), Type.String({ minLength: 1 })]),
      default: '64MiB',
      takes: 'bytes',
      unit: 'bytes, or with KiB, MiB or GiB',
      about:
        'content that the notifications of a user and app may hold; beyond it the oldest handled ones go, then a post is refused',
    },
    readBytes,
  ),
};

export function readData({ values }: Reading<typeof dataSettings>): DataConfig {
  return {
    dataDir: values['data-dir'],
    databaseUrl: values['database-url'],
    secretKey: values['secret-key'],
    storageBytesMax: values['user-storage'],
  };
}

function readDatabaseUrl(given: string): string {
  const isServer = (url: string): boolean => /^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '');
  if (serversOf(given).every(isServer)) return given;
  throw new Error('it must be a URL such as postgres://user@host/database');
}

const units = { '': 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

function isUnit(text: string): text is keyof typeof units {
  return Object.hasOwn(units, text);
}

function readBytes(given: string | number): number {
  const [, number = '', unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(String(given)) ?? [];
  const name = unit.toLowerCase();
  const bytes = isUnit(name) ? Number(number) * units[name] : 0;
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new Error('it must be a number of bytes such as 1048576, 512KiB, 64MiB or 1GiB');
}

function readKey(given: string): Buffer {
  const key = Buffer.from(given, 'base64');
  if (key.length === keyBytes && /^[\w+/-]+=*$/.test(given)) return key;
  throw new Error(`must be ${keyBytes} bytes in base64, as \`openssl rand -base64 ${keyBytes}\` prints`);
}
