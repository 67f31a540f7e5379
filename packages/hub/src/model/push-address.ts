// What may be registered as a push address: https, a WNS channel only where the app's WNS token may go, and never an
// address inside the operator's own network, so that nobody uses the hub to reach in. Names are resolved and checked
// once more when a push connects.
import type { Channel } from '@carillon/protocol';
import ipaddr from 'ipaddr.js';
import { invalid } from './errors.ts';

const wnsSuffix = '.notify.windows.com';

export function checkPushAddress(channel: Channel, allowPrivate: boolean): void {
  if (channel.type === 'wns') {
    const url = readUrl(channel.channelUri, 'channel.channelUri', allowPrivate);
    if (!allowPrivate && !url.hostname.endsWith(wnsSuffix)) {
      throw invalid(`channel.channelUri must be an https address under ${wnsSuffix}.`, 'channel.channelUri');
    }
  }
  if (channel.type === 'webPush') readUrl(channel.endpoint, 'channel.endpoint', allowPrivate);
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

/** Loopback, link-local, private, CGNAT, unique-local, multicast, unspecified: everything that is not public. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() !== 'unicast';
}
