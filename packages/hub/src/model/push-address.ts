// A push address as a device registers it, and what holds for every one that is a URL: https, and never inside the
// operator's own network, so that nobody uses the hub to reach in. Names are resolved and checked once more when a push
// connects (push/transport/guard.ts). What else an address must be, its channel says.
import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { AppId } from './app.ts';
import { invalid } from './errors.ts';

/** The `channel` of a subscription; its members are known to the push channel that `type` names. */
export interface PushAddress {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** The hash of an address; `identity` is its channel's text for it. Stored, so that it stays as it is. */
export function hashAddress(app: AppId, type: string, identity: string): string {
  return createHash('sha256')
    .update(JSON.stringify([app, type, identity]))
    .digest('base64url');
}

/** Throws what is wrong with an address that a device registered. */
export function readPushUrl(text: string, target: string, allowPrivate: boolean): URL {
  const url = URL.parse(text);
  const scheme = url?.protocol === 'https:' || (allowPrivate && url?.protocol === 'http:');
  if (!url || !scheme || url.username !== '' || url.password !== '') {
    throw invalid(`"${target}" must be an https address without user and password.`, target);
  }
  if (!canResolve(url.hostname, allowPrivate)) {
    throw invalid(
      `"${target}" names a host that never resolves, so no push could reach it: register the address anew.`,
      target,
    );
  }
  if (!allowPrivate && isPrivateHost(url.hostname)) {
    throw invalid(
      `"${target}" is an address inside a private network, which a push is never sent to.`,
      target,
    );
  }
  return url;
}

/**
 * Names that no public resolver answers (RFC 6761, 6762, 7686, 8375, 9476, and ICANN's `internal`). Browsers that left their
 * push service give `https://permanently-removed.invalid/…`. A private network may have all but `invalid`.
 */
const neverResolved = ['test', 'local', 'onion', 'home.arpa', 'alt', 'internal', 'lan', 'home', 'corp'];

function canResolve(hostname: string, allowPrivate: boolean): boolean {
  const host = hostname.replace(/\.$/, '').toLowerCase();
  const isBelow = (name: string): boolean => host === name || host.endsWith(`.${name}`);
  if (isBelow('invalid')) return false;
  return allowPrivate || !neverResolved.some(isBelow);
}

/** A host that anybody on the internet may reach, as far as its name tells. */
export function isPublicName(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  return (host.includes('.') || host.startsWith('[')) && canResolve(host, false) && !isPrivateHost(host);
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
