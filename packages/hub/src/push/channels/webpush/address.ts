// The address of a browser, or of whatever else registers with an RFC 8030 service: its endpoint, and the keys that
// content is encrypted to.
import { ECDH } from 'node:crypto';
import { invalid } from '../../../model/errors.ts';
import type { AddressOf } from '../contract.ts';
import type { AddressRules } from '../descriptor.ts';
import { address, members, name } from '../schema.ts';

export type WebPushAddress = AddressOf<'webPush'>;

export const webPushAddress: AddressRules<WebPushAddress> = {
  members: { endpoint: address, keys: members({ p256dh: name, auth: name }) },
  capability: 'endpoint',
  isUrl: true,
  identity: ({ endpoint }) => endpoint,
  check: ({ keys }) => checkKeys(keys),
};

/** RFC 8291, section 3: what a browser's `PushSubscription` gives, checked here since no push could tell it later. */
function checkKeys({ p256dh, auth }: WebPushAddress['keys']): void {
  if (!isP256Point(decode(p256dh, 65))) {
    throw invalid(
      'channel.keys.p256dh must be an uncompressed point of the curve P-256: 65 bytes in base64url.',
      'channel.keys.p256dh',
    );
  }
  if (!decode(auth, 16)) {
    throw invalid('channel.keys.auth must be 16 bytes in base64url.', 'channel.keys.auth');
  }
}

/** Base64url or base64, padded or not; null when it isn't exactly that many bytes. */
function decode(text: string, bytes: number): Buffer | null {
  const decoded = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : null;
  return decoded?.length === bytes && text.replace(/=+$/, '').length === Math.ceil((bytes * 8) / 6)
    ? decoded
    : null;
}

/** Encrypting to a point that isn't on the curve would give an attacker parts of a private key, and no one the content. */
function isP256Point(point: Buffer | null): boolean {
  if (point?.[0] !== 4) return false;
  try {
    ECDH.convertKey(point, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}
