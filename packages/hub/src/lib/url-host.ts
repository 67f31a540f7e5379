// A host as URLs spell it: an IPv6 address gets brackets (RFC 3986, section 3.2.2).
// Names and IPv4 addresses stay as they are.
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
