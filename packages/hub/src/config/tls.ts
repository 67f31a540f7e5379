// TLS: a certificate of the operator's, or one that the hub makes for development. Both files are tried together here,
// so that a key of another certificate is a problem and not a failed handshake.

import { createSecureContext } from 'node:tls';
import { Type } from '@carillon/protocol/schemas';
import { errorMessage } from '../lib/error-code.ts';
import { readTextFile } from './read-file.ts';
import { flag, type Reading, setting } from './setting.ts';

export interface TlsConfig {
  /** The certificate chain and its key, as PEM. */
  readonly tls: 'off' | 'dev' | { readonly cert: string; readonly key: string };
}

// An alias, since the type of the settings is declared with its members in it.
type Pem = {
  readonly path: string;
  readonly pem: string;
};

export const tlsSettings = {
  'tls-cert': setting(
    {
      schema: Type.String({ minLength: 1 }),
      takes: 'file',
      usual: 'no TLS',
      about: 'certificate chain, PEM',
    },
    (path) =>
      path === null ? null : readPem(path, 'certificate chain', (cert) => createSecureContext({ cert })),
  ),
  'tls-key': setting(
    {
      schema: Type.String({ minLength: 1 }),
      takes: 'file',
      usual: 'no TLS',
      about: 'private key of the certificate, PEM without a passphrase',
    },
    (path) =>
      path === null
        ? null
        : readPem(path, 'private key without passphrase', (key) => createSecureContext({ key })),
  ),
  'tls-dev': flag('serve TLS with a local CA, made in the data folder'),
};

export function readTls({ values, isGiven, problem }: Reading<typeof tlsSettings>): TlsConfig {
  const { 'tls-cert': cert, 'tls-key': key, 'tls-dev': dev } = values;
  const hasCert = isGiven('tls-cert');
  const hasKey = isGiven('tls-key');
  if (dev) {
    if (hasCert || hasKey) problem('tls-dev', 'goes without tls-cert and tls-key');
    return { tls: 'dev' };
  }
  if (hasCert && !hasKey) problem('tls-key', 'is needed beside tls-cert');
  if (hasKey && !hasCert) problem('tls-cert', 'is needed beside tls-key');
  if (!cert || !key) return { tls: 'off' };
  try {
    createSecureContext({ cert: cert.pem, key: key.pem });
  } catch (error) {
    problem(
      'tls-key',
      `${key.path} is not the key of the certificate in ${cert.path}: ${errorMessage(error)}`,
    );
  }
  return { tls: { cert: cert.pem, key: key.pem } };
}

function readPem(path: string, what: string, use: (pem: string) => void): Pem {
  const pem = readTextFile(path);
  try {
    use(pem);
  } catch (error) {
    throw new Error(`${path} holds no ${what} in PEM: ${errorMessage(error)}`);
  }
  return { path, pem };
}
