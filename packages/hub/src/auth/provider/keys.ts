// The signing keys of the embedded provider: RS256, 2048 bits, made once and kept in the store, so that every process
// signs alike and tokens survive a restart. It is a list, for rotation: the first signs, all of them verify.
import { createHash, createPrivateKey, generateKeyPair, type JsonWebKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Meta } from '../../store/registry.ts';

interface SigningJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
}

export interface KeySet {
  readonly keys: readonly SigningJwk[];
}

export interface SigningKeys {
  readonly publicKeys: KeySet;
  readonly privateKeys: KeySet;
  /** A compact JWS over the claims, with `typ: at+jwt` (RFC 9068). */
  sign(claims: Readonly<Record<string, unknown>>): string;
}

const metaKey = 'signing-keys';

export async function openSigningKeys(meta: Meta): Promise<SigningKeys> {
  const privateKeys: KeySet = JSON.parse(
    await meta.readOrMake(metaKey, async () => JSON.stringify({ keys: [await makeKey()] })),
  );
  const [current] = privateKeys.keys;
  if (!current)
    throw new Error(`The stored signing keys (${metaKey}) are empty; restore them from a backup.`);
  const key = createPrivateKey({ key: current, format: 'jwk' });
  const header = encode({ alg: current.alg, typ: 'at+jwt', kid: current.kid });
  return {
    publicKeys: { keys: privateKeys.keys.map(publicPart) },
    privateKeys,
    sign(claims) {
      const signed = `${header}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

async function makeKey(): Promise<SigningJwk> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: thumbprint(jwk), alg: 'RS256', use: 'sig' };
}

/** RFC 7638: the members in this order, without spaces. */
function thumbprint({ e, kty, n }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

function publicPart({ kty, n, e, kid, alg, use }: SigningJwk): SigningJwk {
  return { kty, n, e, kid, alg, use } as SigningJwk;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
