// Several nodes: what connects them. The URL of a server may hold a password and is never quoted.
// hub/open-bus.ts opens what is configured here.

import { Type } from '@carillon/protocol/schemas';
import { readTextFile } from './read-file.ts';
import { type Reading, repeated, setting } from './setting.ts';

export interface BusConfig {
  /** Null for one machine. `credentials` is the content of a file. */
  readonly nats: { readonly urls: readonly string[]; readonly credentials: string | null } | null;
  /** Null: its host name and port. */
  readonly nodeName: string | null;
}

export const busSettings = {
  'node-name': setting(
    {
      schema: Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._:-]+$' }),
      takes: 'name',
      usual: 'HOSTNAME:PORT',
      about: 'name of this node in lists of nodes; it stays the same after a restart',
    },
    (name) => name,
  ),
  'nats-url': repeated(
    {
      takes: 'url',
      usual: 'one machine',
      about: 'NATS server between the nodes of a hub, nats:// or tls://',
    },
    readServers,
  ),
  'nats-creds': setting(
    {
      schema: Type.String({ minLength: 1 }),
      takes: 'file',
      usual: 'none',
      about: 'credentials for the NATS servers, as nsc writes them',
    },
    (path) => (path === null ? null : readCredentials(path)),
  ),
};

export function readBus({ values, isGiven, problem }: Reading<typeof busSettings>): BusConfig {
  const urls = values['nats-url'].flat();
  const credentials = values['nats-creds'];
  if (credentials !== null && !isGiven('nats-url')) problem('nats-creds', 'is needed only beside nats-url');
  return { nats: urls.length > 0 ? { urls, credentials } : null, nodeName: values['node-name'] };
}

/** One, or several with commas between them. */
function readServers(given: string): readonly string[] {
  const servers = given.split(/\s*,\s*/);
  if (servers.every(isServer)) return servers;
  throw new Error('must be like nats://host:4222 or tls://user:password@host:4222');
}

function isServer(text: string): boolean {
  const url = URL.parse(text);
  const bare = url !== null && /^\/?$/.test(url.pathname + url.search + url.hash);
  return bare && /^(nats|tls):$/.test(url.protocol) && url.hostname !== '';
}

function readCredentials(path: string): string {
  const text = readTextFile(path);
  if (/BEGIN NATS USER JWT[\s\S]+BEGIN USER NKEY SEED/.test(text)) return text;
  throw new Error(`${path} holds no user JWT and seed`);
}
