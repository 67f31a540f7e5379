// Push credentials at rest: sealed with AES-256-GCM under the operator's key (CARILLON_SECRET_KEY, or a key file of the
// data folder), each bound to its app and kind, so that a copied database reveals nothing and no row can replace another.
import { createHmac } from 'node:crypto';
import { openSeal } from '../lib/seal.ts';
import type { CredentialKind } from '../model/credentials.ts';
import { denied } from '../model/errors.ts';

export interface SecretBox {
  /** Identifies a key without revealing it. */
  readonly keyId: string;
  seal(plain: string, app: string, kind: CredentialKind): string;
  /** Null for anything that was not sealed under this key for this app and kind. */
  open(text: string, app: string, kind: CredentialKind): string | null;
}

/** `key`: 32 bytes. */
export function openSecretBox(key: Buffer): SecretBox {
  const seal = openSeal(key, 'credentials');
  const bound = (app: string, kind: CredentialKind): string => JSON.stringify([app, kind]);
  return {
    keyId: createHmac('sha256', key).update('carillon key id').digest('hex').slice(0, 16),
    seal: (plain, app, kind) => seal.seal(Buffer.from(plain), bound(app, kind)),
    open: (text, app, kind) => seal.open(text, bound(app, kind))?.toString() ?? null,
  };
}

/** The source of a store's key; asked on first need, so that no key is created or required before. */
export interface SecretBoxes {
  /** Null without any key. */
  find(): SecretBox | null;
  /** Makes a key where the store may keep one; throws with what to do where it may not. */
  make(): SecretBox;
}

/** Only the operator's own key: for a store that other machines share, where a key beside the data protects nothing. */
export function givenKeyOnly(secretKey: () => Buffer | null): SecretBoxes {
  let box: SecretBox | null = null;
  const find = (): SecretBox | null => {
    const key = box ? null : secretKey();
    if (key) box = openSecretBox(key);
    return box;
  };
  return {
    find,
    make() {
      const found = find();
      if (found) return found;
      throw denied(
        'Push credentials are not stored without a key to encrypt them with: set CARILLON_SECRET_KEY to 32 bytes in base64 and start the hub again.',
      );
    },
  };
}

/** What was stored can't be read with the present key. */
export class SecretKeyError extends Error {
  override readonly name = 'SecretKeyError';
}

export function wrongKey(app: string, kind: CredentialKind): SecretKeyError {
  return new SecretKeyError(
    `The ${kind} credentials of the app ${app} are encrypted under another key: set CARILLON_SECRET_KEY to the one that they were stored with (without it the hub uses secret.key in its data folder), or store them again.`,
  );
}
