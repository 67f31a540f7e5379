// A user agent as Web Push sees it: a P-256 key pair and a 16-byte secret of each subscription, and the decryption of a
// message with them (RFC 8291 over the aes128gcm coding of RFC 8188). Written on node:crypto alone, so that it agrees
// with a sender's encryption library only when both follow the standards.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

export interface Browser {
  /** As `PushSubscription.toJSON().keys` gives them: base64url of the uncompressed point, and of 16 bytes. */
  readonly keys: { readonly p256dh: string; readonly auth: string };
  /** The plaintext of a message; null for one that a browser would drop without firing an event. */
  decrypt(body: Buffer): Buffer | null;
}

export interface BrowserSecrets {
  /** 32 bytes, base64url. */
  readonly privateKey: string;
  /** 16 bytes, base64url. */
  readonly auth: string;
}

interface EncryptedMessage {
  readonly salt: Buffer;
  readonly senderKey: Buffer;
  readonly ciphertext: Buffer;
}

const curve = 'prime256v1';
const saltBytes = 16;
/** Salt, record size, length of the key id. */
const fixedHeaderBytes = saltBytes + 4 + 1;
const pointBytes = 65;
const tagBytes = 16;
/** RFC 8188, section 2: marks the last record; zeros of padding follow it. */
const lastRecordDelimiter = 2;

/** With fresh keys, or with given ones. */
export function makeBrowser(secrets?: BrowserSecrets): Browser {
  const keyPair = createECDH(curve);
  if (secrets) keyPair.setPrivateKey(Buffer.from(secrets.privateKey, 'base64url'));
  else keyPair.generateKeys();
  const publicKey = keyPair.getPublicKey();
  const auth = secrets ? Buffer.from(secrets.auth, 'base64url') : randomBytes(16);
  return {
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    decrypt(body) {
      const message = parseMessage(body);
      if (!message) return null;
      try {
        const secret = keyPair.computeSecret(message.senderKey);
        const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, message.senderKey]);
        return open(message, derive(secret, auth, info, 32));
      } catch {
        return null; // a point off the curve, or a tag that does not verify
      }
    },
  };
}

/** RFC 8188, section 2.1; RFC 8291, section 4: the sender's point is the key id, and there is one record. */
function parseMessage(body: Buffer): EncryptedMessage | null {
  if (body.length < fixedHeaderBytes + pointBytes + tagBytes + 1) return null;
  const recordSize = body.readUInt32BE(saltBytes);
  const ciphertext = body.subarray(fixedHeaderBytes + pointBytes);
  if (body[fixedHeaderBytes - 1] !== pointBytes || ciphertext.length > recordSize) return null;
  return {
    salt: body.subarray(0, saltBytes),
    senderKey: body.subarray(fixedHeaderBytes, fixedHeaderBytes + pointBytes),
    ciphertext,
  };
}

function open({ salt, ciphertext }: EncryptedMessage, key: Buffer): Buffer | null {
  const contentKey = derive(key, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = derive(key, salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', contentKey, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(ciphertext.subarray(-tagBytes));
  const padded = Buffer.concat([decipher.update(ciphertext.subarray(0, -tagBytes)), decipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  return padded[end] === lastRecordDelimiter ? padded.subarray(0, end) : null;
}

function derive(secret: Buffer, salt: Buffer, info: string | Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
}
