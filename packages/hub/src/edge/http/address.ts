// The address of a request. X-Forwarded-For is trusted only from the proxies that the operator named, and then its
// rightmost hop that is none of them: everything further left is the client's claim.
import ipaddr from 'ipaddr.js';

export type AddressReader = (socketAddress: string, forwardedFor: string | undefined) => string;

/** `proxies` are CIDR ranges, or single addresses. */
export function openAddressReader(proxies: readonly string[]): AddressReader {
  const ranges = proxies.map((cidr) => (cidr.includes('/') ? ipaddr.parseCIDR(cidr) : singleRange(cidr)));
  const trusted = (address: string): boolean => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits));
  };
  return (socketAddress, forwardedFor) => {
    if (forwardedFor === undefined || !trusted(socketAddress)) return socketAddress;
    const hops = forwardedFor.split(',').map((hop) => hop.trim());
    return hops.findLast((hop) => !trusted(hop)) ?? socketAddress;
  };
}

function singleRange(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = ipaddr.parse(address);
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
}
