// What may be registered as a push address: https, a WNS channel only where the app's WNS token may go, Web Push keys
// that content can be encrypted to, and never an address inside the operator's own network, so that nobody uses the hub
// to reach in. Names are resolved and checked once more when a push connects (push/guard.ts).
import { ECDH } from 'node:crypto';
import type { Channel } from '@carillon/protocol';
import ipaddr from 'ipaddr.js';
import { invalid } from './errors.ts';

const wnsSuffix = '.notify.windows.com';
type WebPushKeys = Extract<Channel, { type: 'webPush' }>['keys'];

export function checkPushAddress(channel: Channel, allowPrivate: boolean): void {
  if (channel.type === 'wns') {
    const url = readUrl(channel.channelUri, 'channel.channelUri', allowPrivate);
    if (!allowPrivate && !url.hostname.endsWith(wnsSuffix)) {
      throw invalid(`channel.channelUri must be an https address under ${wnsSuffix}.`, 'channel.channelUri');
    }
  }
  if (channel.type === 'webPush') {
    readUrl(channel.endpoint, 'channel.endpoint', allowPrivate);
    checkKeys(channel.keys);
  }
}

function readUrl(text: string, target: string, allowPrivate: boolean): URL {
  const url = URL.parse(text);
  const scheme = url?.protocol === 'https:' || (allowPrivate && url?.protocol === 'http:');
  if (!url || !scheme || url.username !== '' || url.password !== '') {
    throw invalid(`"${target}" must be an https address without user and password.`, target);
  }
  if (!allowPrivate && isPrivateHost(url.hostname)) {
    throw invalid(
      `"${target}" is an address inside a private network, which a push is never sent to.`,
      target,
    );
  }
  return url;
}

/** RFC 8291, section 3: what a browser's `PushSubscription` gives, checked here since no push could tell it later. */
function checkKeys({ p256dh, auth }: WebPushKeys): void {
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

/** A host of a URL that names the inside by itself; other names have to be resolved. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return ipaddr.isValid(host) && isPrivateAddress(host);
}

/**
 * Whether an IP address isn't public unicast: loopback, link-local, private, CGNAT, unique-local, multicast, unspecified,
 * reserved, tunnels (6to4, Teredo). An address that carries another one (IPv4-mapped, NAT64 by its well-known prefix) is
 * what it carries, so that networks with only IPv6 can push. What can't be read is private.
 */
export function isPrivateAddress(address: string): boolean {
  const ipv4Compatible = /^::[\d.]+$/.test(address); // ipaddr.js reads ::8.8.8.8 as ::ffff:8.8.8.8
  if (ipv4Compatible || !ipaddr.isValid(address)) return true;
  const ip = ipaddr.process(address);
  if (ip.range() === 'rfc6052') return isPrivateNat64(ip.toByteArray());
  const global = ip.kind() === 'ipv4' || ((ip.toByteArray()[0] ?? 0) & 0xe0) === 0x20; // 2000::/3, RFC 4291
  return !global || ip.range() !== 'unicast';
}

const nat64Prefix = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]; // 64:ff9b::/96, RFC 6052

function isPrivateNat64(bytes: number[]): boolean {
  const wellKnown = nat64Prefix.every((byte, index) => bytes[index] === byte);
  return !wellKnown || isPrivateAddress(bytes.slice(12).join('.'));
}
