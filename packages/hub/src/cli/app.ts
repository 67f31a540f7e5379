// `carillon app create`: registers an app, its clients and its host names with the hub and the embedded provider. Told
// again for an existing id it makes the app what was told, and keeps secrets unless new ones are asked for.
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { hashSecret } from '../auth/provider/clients.ts';
import type { App, AppClient } from '../model/app.ts';
import { type DataOptions, printJson, withDataOptions, withRegistry } from './data-dir.ts';

const maxClients = 10;
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
const hostPattern =
  /^(?=.{1,255}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

interface AppOptions extends DataOptions {
  readonly id: string;
  readonly host: readonly string[];
  readonly redirectUri?: readonly string[];
  readonly newSecret?: boolean;
}

/** A client as the command line names it. */
interface NamedClient {
  readonly clientId: string;
  public: boolean;
}

export function appCommand(): Command {
  const clients: NamedClient[] = [];
  const create = new Command('create')
    .description('register an app, or change what is registered')
    .requiredOption('--id <id>', "the app's id, which is also the id of its service's client")
    .requiredOption('--host <names...>', 'host names of the app, taken as verified')
    .option(
      '--client <id>',
      'another client of the app, like its phone app or page (repeatable)',
      (clientId) => clients.push({ clientId, public: false }),
    )
    .option('--public', 'the --client before it has no secret')
    .option(
      '--redirect-uri <uris...>',
      'where sign-in may lead: of the public clients, or else of the service',
    )
    .option('--new-secret', 'make new secrets for an existing app')
    .on('option:public', () => {
      const last = clients.at(-1);
      if (!last) create.error("error: option '--public' must follow the --client that it is about");
      else last.public = true;
    })
    .action((options: AppOptions) => createApp(options, clients));
  return new Command('app').description('registered apps').addCommand(withDataOptions(create));
}

async function createApp(options: AppOptions, named: readonly NamedClient[]): Promise<void> {
  const { id } = options;
  const clients = readClients(id, named);
  const hosts = [...new Set(options.host.map(readHost))];
  const redirectUris = (options.redirectUri ?? []).map(readRedirectUri);
  await withRegistry(options, ({ apps }) => {
    const known = apps.findById(id);
    const keep = options.newSecret ? [] : (known?.clients ?? []);
    const made = clients.map((client) => withSecret(client, keep));
    const anyPublic = clients.some((client) => client.public);
    const app: App = {
      id,
      hosts,
      blocked: known?.blocked ?? false,
      clients: made.map(({ client }) => {
        const signsIn = anyPublic ? client.public : client.clientId === id;
        return { ...client, redirectUris: signsIn ? redirectUris : [] };
      }),
    };
    apps.put(app);
    print(made, id);
  });
}

interface MadeClient {
  readonly client: AppClient;
  /** Only when it was made now: the store keeps but its hash. */
  readonly secret: string | null;
}

function withSecret({ clientId, public: isPublic }: NamedClient, known: readonly AppClient[]): MadeClient {
  const base = { clientId, public: isPublic, redirectUris: [] };
  if (isPublic) return { client: { ...base, secretHash: null }, secret: null };
  const before = known.find((client) => client.clientId === clientId)?.secretHash;
  if (before) return { client: { ...base, secretHash: before }, secret: null };
  const secret = randomBytes(32).toString('base64url');
  return { client: { ...base, secretHash: hashSecret(secret) }, secret };
}

function print(made: readonly MadeClient[], appId: string): void {
  const own = made.find(({ client }) => client.clientId === appId);
  const others = made
    .filter(({ client, secret }) => client.clientId !== appId && secret !== null)
    .map(({ client, secret }) => ({ clientId: client.clientId, clientSecret: secret }));
  printJson({ appId, clientSecret: own?.secret ?? null, ...(others.length > 0 ? { clients: others } : {}) });
}

/** The app's own client first, whether or not it was named. */
function readClients(id: string, named: readonly NamedClient[]): NamedClient[] {
  const own = named.find(({ clientId }) => clientId === id);
  if (own?.public) {
    throw new Error(
      `the client ${id} is the app's service and has a secret: give the public client an id of its own`,
    );
  }
  const clients = [{ clientId: id, public: false }, ...named.filter(({ clientId }) => clientId !== id)];
  for (const { clientId } of clients) {
    if (idPattern.test(clientId)) continue;
    throw new Error(
      `the id ${clientId} must be 1 to 128 letters, digits, dots, hyphens, underscores or tildes`,
    );
  }
  if (clients.length > maxClients) {
    throw new Error(
      `an app has at most ${maxClients} clients, its own included; ${clients.length} are named`,
    );
  }
  return clients;
}

function readHost(text: string): string {
  const host = text.toLowerCase();
  if (hostPattern.test(host)) return host;
  throw new Error(
    `${text} is no host name: give it bare, like app.contoso.example, without scheme, port or path`,
  );
}

function readRedirectUri(text: string): string {
  const url = URL.parse(text);
  const unsafe = /^(javascript|vbscript|data|blob|file|about):$/;
  if (url && !unsafe.test(url.protocol) && !text.includes('#')) return text;
  throw new Error(
    `${text} is no redirect URI: give an absolute one without fragment, like https://app.contoso.example/signed-in`,
  );
}
