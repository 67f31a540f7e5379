// The address of a request. X-Forwarded-For is trusted only from the proxies that the operator named, and then its
// rightmost hop that is none of them: everything further left is the client's claim. A port beside it (Azure's Application
// Gateway writes one) is left out, or each connection would count as an address of its own.
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
    const hops = forwardedFor.split(',').map(withoutPort);
    const client = hops.findLast((hop) => !trusted(hop));
    // One that is no address (`unknown`) says nothing of who calls.
    return client !== undefined && ipaddr.isValid(client) ? ipaddr.process(client).toString() : socketAddress;
  };
}

/** `192.0.2.1:4711` and `[2001:db8::5]:4711` are hops with a port; a bare IPv6 address has colons of its own. */
function withoutPort(hop: string): string {
  const [, v6, v4] = /^\s*(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)\s*$/.exec(hop) ?? [];
  return v6 ?? v4 ?? hop.trim();
}

function singleRange(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = ipaddr.parse(address);
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
}
