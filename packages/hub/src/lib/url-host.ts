// A host as URLs spell it: an IPv6 address gets brackets (RFC 3986, section 3.2.2).
// Names and IPv4 addresses stay as they are.
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

const loopbackHosts = ['127.0.0.1', '::1', 'localhost'];

/** Of a URL or an address: where no other machine listens. */
export function isLoopback(host: string): boolean {
  return loopbackHosts.includes(withoutBrackets(host));
}
