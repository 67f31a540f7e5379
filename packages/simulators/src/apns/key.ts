// Token signing keys of Apple developer teams: what the simulator knows of one, and makeApnsKey, which makes a new one
// the way Apple's developer site does (a .p8 file with a 10-character id).
import { createPublicKey, generateKeyPairSync, type KeyObject, randomInt } from 'node:crypto';

export type ApnsEnvironment = 'production' | 'sandbox';

export interface ApnsKey {
  /** 10 characters each. */
  readonly teamId: string;
  readonly keyId: string;
  /** Bundle ids; a topic with a suffix, such as `.voip`, is judged by its push type. */
  readonly topics: readonly string[];
  /** Where the key may be used; absent: in both. */
  readonly environment?: ApnsEnvironment;
  /** PEM of either; of a private key the public part is used. */
  readonly publicKey?: string;
  readonly privateKey?: string;
}

export interface MadeApnsKey extends ApnsKey {
  /** The content of the .p8 file: PKCS #8 PEM of a key on the curve P-256. */
  readonly privateKey: string;
}

export function makeApnsKey(options: {
  readonly topics: readonly string[];
  readonly teamId?: string;
  readonly keyId?: string;
}): MadeApnsKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    teamId: options.teamId ?? appleId(),
    keyId: options.keyId ?? appleId(),
    topics: options.topics,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

export function publicKeyOf({ publicKey, privateKey, keyId }: ApnsKey): KeyObject {
  const pem = publicKey ?? privateKey;
  if (pem === undefined) throw new Error(`the APNs key ${keyId} needs a publicKey or a privateKey`);
  const key = createPublicKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new Error(`the APNs key ${keyId} must be on the curve P-256`);
}

function appleId(): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('');
}
