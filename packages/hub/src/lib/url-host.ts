// An address as it stands in a URL: one of IPv6 goes into brackets (RFC 3986, section 3.2.2).
// Names and IPv4 addresses stay as they are.
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
