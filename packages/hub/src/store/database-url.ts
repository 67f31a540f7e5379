// The URL of a database may list several servers, as libpq has it: `postgres://user@first:5432,second:5432/database`, or
// `?host=first,second&port=5432,5432`. They are tried in order, and the one that is no standby is used.

/** One URL for each server, in the order of the list. */
export function serversOf(url: string): readonly string[] {
  const parts = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/i.exec(url);
  if (!parts) return [url];
  const [, before = '', hosts = '', after = ''] = parts;
  const each = hosts.split(',').map((host) => `${before}${host}${after}`);
  return each.flatMap(serversOfQuery);
}

function serversOfQuery(url: string): readonly string[] {
  const parsed = URL.parse(url);
  const hosts = parsed?.searchParams.get('host')?.split(',') ?? [];
  if (!parsed || hosts.length < 2) return [url];
  const ports = parsed.searchParams.get('port')?.split(',') ?? [];
  return hosts.map((host, index) => {
    const one = new URL(parsed);
    one.searchParams.set('host', host);
    const port = ports.length === 1 ? ports[0] : ports[index];
    if (port !== undefined) one.searchParams.set('port', port);
    return one.href;
  });
}
