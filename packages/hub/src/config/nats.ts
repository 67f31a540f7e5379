// What the settings of the bus must look like, for config.ts: the URLs of NATS servers and the file of credentials. What
// is wrong with one is told without quoting it, since it may hold a password.
import { readFileSync } from 'node:fs';

export function isNatsServer(text: string): boolean {
  const url = URL.parse(text);
  const bare = url !== null && /^\/?$/.test(url.pathname + url.search + url.hash);
  return bare && /^(nats|tls):$/.test(url.protocol) && url.hostname !== '';
}

/** The content of the file; throws when it is no such file. */
export function readNatsCredentials(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (/BEGIN NATS USER JWT[\s\S]+BEGIN USER NKEY SEED/.test(text)) return text;
  throw new Error('it holds no user JWT and seed');
}
