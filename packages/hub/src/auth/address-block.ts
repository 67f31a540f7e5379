// Under which name an address is counted. An IPv6 subscriber has a whole /64 to choose addresses from, so all of it is one;
// an IPv4 address is itself, also where it is written as an IPv6 one.
import ipaddr from 'ipaddr.js';

const subscriberParts = 4;

export function addressBlock(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const parts = parsed.toNormalizedString().split(':').slice(0, subscriberParts);
  return `${parts.join(':')}::/64`;
}
