// The hub's VAPID key pair (RFC 8292): by it a push service knows the hub, and browsers subscribe for its public half
// alone, so that replacing the pair makes every subscription of a browser useless. Made once and kept.
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';

/** A P-256 pair as the browsers' API and other libraries write it, so that an existing pair can be taken over. */
export interface VapidKeys {
  /** The uncompressed point: 65 bytes in base64url, the page's `applicationServerKey`. */
  readonly publicKey: string;
  /** 32 bytes in base64url. */
  readonly privateKey: string;
}

export function makeVapidKeys(): VapidKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), bytesOf(x), bytesOf(y)]);
  // A JWK always has all 32 bytes (RFC 7518, section 6.2.2.1); ECDH.getPrivateKey leaves leading zeros out.
  return { publicKey: point.toString('base64url'), privateKey: d! };
}

/** Throws when the keys are no pair of P-256 points. */
export function vapidJwk({ publicKey, privateKey }: VapidKeys): JsonWebKey {
  const point = bytesOf(publicKey);
  if (point.length !== 65 || point[0] !== 4 || bytesOf(privateKey).length !== 32) {
    throw new Error('The VAPID keys are not 65 and 32 bytes of P-256 in base64url.');
  }
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)];
  return { kty: 'EC', crv: 'P-256', x, y, d: privateKey };
}

function bytesOf(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64url');
}
