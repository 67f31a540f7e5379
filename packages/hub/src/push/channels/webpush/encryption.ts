// Encrypts a payload for one browser: RFC 8291 over the aes128gcm coding of RFC 8188, in a single record as section 4
// demands. On node:crypto alone, at half the time of `http_ece`; a new key pair for every payload.
import { createCipheriv, createECDH, type ECDH, hash, randomBytes } from 'node:crypto';

/** As `PushSubscription.toJSON().keys` gives them. */
export interface BrowserKeys {
  readonly p256dh: string;
  readonly auth: string;
}

/** The sender's part of the secret, new for every payload. */
export interface Sender {
  readonly keyPair: ECDH;
  /** As a point. */
  readonly publicKey: Buffer;
  readonly salt: Buffer;
}

const curve = 'prime256v1';
const pointBytes = 65;
const authBytes = 16;
const saltBytes = 16;
const tagBytes = 16;
const recordSize = 4096;
const blockBytes = 64;
const hashBytes = 32;
/** RFC 8188, section 2: marks the last record; no padding follows it. */
const delimiter = Buffer.of(2);
/** Salt, record size, length of the key id, and the sender's point as the key id. */
const headerBytes = saltBytes + 4 + 1 + pointBytes;

/** What encryption adds to the plaintext. */
export const overheadBytes = headerBytes + delimiter.length + tagBytes;

/** Every key of these standards is made in one round of HKDF, which its counter ends (RFC 5869, section 2.3). */
const round = Buffer.of(1);
const keyInfo = Buffer.from('Content-Encoding: aes128gcm\0\x01');
const nonceInfo = Buffer.from('Content-Encoding: nonce\0\x01');
const agreementInfo = Buffer.from('WebPush: info\0');

/** The body of the request; null when the browser's keys are none, which only its registration can mend. */
export function encrypt(plaintext: Buffer, keys: BrowserKeys, sender: Sender = makeSender()): Buffer | null {
  const browserKey = Buffer.from(keys.p256dh, 'base64url');
  const auth = Buffer.from(keys.auth, 'base64url');
  const secret = auth.length === authBytes ? agree(sender.keyPair, browserKey) : null;
  if (!secret) return null;
  const senderKey = sender.publicKey;
  const key = hmac(hmac(auth, secret), Buffer.concat([agreementInfo, browserKey, senderKey, round]));
  const extracted = hmac(sender.salt, key);
  const contentKey = hmac(extracted, keyInfo).subarray(0, 16);
  const nonce = hmac(extracted, nonceInfo).subarray(0, 12);
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce);
  const ciphertext = cipher.update(Buffer.concat([plaintext, delimiter]));
  cipher.final();
  return Buffer.concat([header(sender.salt, senderKey), ciphertext, cipher.getAuthTag()]);
}

function makeSender(): Sender {
  const keyPair = createECDH(curve);
  const publicKey = keyPair.generateKeys();
  return { keyPair, publicKey, salt: randomBytes(saltBytes) };
}

/** Null when the other's key is no point of the curve: against such a key the secret could be guessed. */
function agree(keyPair: ECDH, otherKey: Buffer): Buffer | null {
  if (otherKey.length !== pointBytes) return null;
  try {
    return keyPair.computeSecret(otherKey);
  } catch {
    return null;
  }
}

/**
 * HMAC-SHA-256 (RFC 2104) of a key that fits into a block. node:crypto's own takes five times as long for so few bytes,
 * and its HKDF extracts anew for each key.
 */
function hmac(key: Buffer, message: Buffer): Buffer {
  const inner = Buffer.alloc(blockBytes + message.length, 0x36);
  const outer = Buffer.alloc(blockBytes + hashBytes, 0x5c);
  for (const [index, byte] of key.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  message.copy(inner, blockBytes);
  hash('sha256', inner, 'buffer').copy(outer, blockBytes);
  return hash('sha256', outer, 'buffer');
}

function header(salt: Buffer, senderKey: Buffer): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  salt.copy(bytes);
  bytes.writeUInt32BE(recordSize, saltBytes);
  bytes.writeUInt8(pointBytes, saltBytes + 4);
  senderKey.copy(bytes, saltBytes + 4 + 1);
  return bytes;
}
