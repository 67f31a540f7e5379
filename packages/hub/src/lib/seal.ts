// Sealed texts: what the hub gives out and takes back (cursors, page tokens, tickets, UNS-IDs) without storing it.
// AES-256-GCM under a key derived for each purpose, so that it can't be forged, read, or used for another purpose.
// `bound` is authenticated and not part of the text. Texts are base64url.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

export interface Seal {
  seal(plain: Buffer, bound?: string): string;
  /** The plain bytes, or null for anything that this seal did not make under the same `bound`. */
  open(text: string, bound?: string): Buffer | null;
}

/** The first seals, and all of them open. Another list whenever they are others. */
export type Secrets = () => readonly Buffer[];

/**
 * `steady: true` derives the nonce from the content (as SIV modes do), so that equal content gives equal text. That suits
 * an identifier, and nothing whose repetition must not show.
 */
export function openSeal(secret: Buffer | Secrets, purpose: string, { steady = false } = {}): Seal {
  if (Buffer.isBuffer(secret)) return openOne(secret, purpose, steady);
  let known: readonly Buffer[] = [];
  let seals: readonly Seal[] = [];
  const newest = (): readonly Seal[] => {
    const secrets = secret();
    if (secrets !== known) {
      seals = secrets.map((each) => openOne(each, purpose, steady));
      known = secrets;
    }
    return seals;
  };
  return {
    seal(plain, bound) {
      const [first] = newest();
      if (!first) throw new Error('there is no secret to seal with');
      return first.seal(plain, bound);
    },
    open(text, bound) {
      for (const each of newest()) {
        const plain = each.open(text, bound);
        if (plain) return plain;
      }
      return null;
    },
  };
}

function openOne(secret: Buffer, purpose: string, steady: boolean): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `carillon ${purpose}`, 32));
  const nonceKey = Buffer.from(hkdfSync('sha256', secret, '', `carillon ${purpose} nonce`, 32));
  return {
    seal(plain, bound = '') {
      const nonce = steady
        ? createHmac('sha256', nonceKey)
            .update(bound)
            .update('\0')
            .update(plain)
            .digest()
            .subarray(0, nonceBytes)
        : randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      if (bound) cipher.setAAD(Buffer.from(bound));
      const body = cipher.update(plain);
      cipher.final();
      return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
    },
    open(text, bound = '') {
      const bytes = Buffer.from(text, 'base64url');
      // The decoder skips characters that are not base64url. Only one text opens, so that an id has no second spelling.
      if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== text) return null;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes));
        if (bound) decipher.setAAD(Buffer.from(bound));
        decipher.setAuthTag(bytes.subarray(-tagBytes));
        const plain = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
        decipher.final();
        return plain;
      } catch {
        return null;
      }
    },
  };
}
