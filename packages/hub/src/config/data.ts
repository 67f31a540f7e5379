// Where the data is kept, and what push credentials are encrypted with. The URL of a database may hold a password and
// is never quoted.
import Type from 'typebox';
import { serversOf } from '../store/database-url.ts';
import { type Reading, setting } from './setting.ts';

export interface DataConfig {
  readonly dataDir: string;
  /** PostgreSQL, or null for SQLite. */
  readonly databaseUrl: string | null;
  /** What push credentials are encrypted with, 32 bytes; null: a key file of the data folder. */
  readonly secretKey: Buffer | null;
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
};

export function readData({ values }: Reading<typeof dataSettings>): DataConfig {
  return {
    dataDir: values['data-dir'],
    databaseUrl: values['database-url'],
    secretKey: values['secret-key'],
  };
}

function readDatabaseUrl(given: string): string {
  const isServer = (url: string): boolean => /^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '');
  if (serversOf(given).every(isServer)) return given;
  throw new Error('it must be a URL such as postgres://user@host/database');
}

function readKey(given: string): Buffer {
  const key = Buffer.from(given, 'base64');
  if (key.length === keyBytes && /^[\w+/-]+=*$/.test(given)) return key;
  throw new Error(`must be ${keyBytes} bytes in base64, as \`openssl rand -base64 ${keyBytes}\` prints`);
}
