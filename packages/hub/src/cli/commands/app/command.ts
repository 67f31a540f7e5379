// `carillon app`: registers an app, its clients and its host names with the hub and the embedded provider, and lists them.
// For an existing id, `create` replaces what is registered, and keeps secrets unless `--new-secret` is given.
import { Command } from 'commander';
import { allScope } from '../../../auth/scope-names.ts';
import { builtInChannels } from '../../../hub/channels.ts';
import type { App } from '../../../model/app.ts';
import {
  type NamedClient,
  readClients,
  readGrant,
  readHost,
  readIssuer,
  readRedirectUri,
  withSecret,
} from '../../../operations/admin/apps/app-members.ts';
import { changeShown } from '../../../operations/admin/apps/shown-members.ts';
import type { Registry } from '../../../store/registry.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../../data-dir.ts';
import { channelCommand } from './channel.ts';
import { type PageOptions, readPages, setCommand, withPageOptions } from './pages.ts';
import {
  newSecretCommand,
  type OverlapOptions,
  printSecrets,
  secretChangeOf,
  withOverlap,
} from './secret.ts';

interface AppOptions extends DataOptions, OverlapOptions, PageOptions {
  readonly id: string;
  readonly host: readonly string[];
  readonly redirectUri?: readonly string[];
  readonly issuer?: readonly string[];
  readonly newSecret?: boolean;
}

/** A client as the command line names it, one option after the other. */
interface ToldClient {
  readonly clientId: string;
  public: boolean;
  readonly scopes: string[];
}

export function appCommand(): Command {
  const clients: ToldClient[] = [];
  const ownScopes: string[] = [];
  const create = new Command('create')
    .description('register an app, or change what is registered')
    .requiredOption('--id <id>', "the app's id, which is also the id of its service's client")
    .requiredOption('--host <names...>', 'host names of the app, taken as verified')
    .option(
      '--client <id>',
      'another client of the app, like its phone app or page (repeatable)',
      (clientId) => clients.push({ clientId, public: false, scopes: [] }),
    )
    .option('--public', 'the --client before it has no secret')
    .option(
      '--scope <scope>',
      "lets the --client before it ask for this scope, like Notifications.ReadWrite (repeatable; before any --client: the app's own)",
      (scope) => (clients.at(-1)?.scopes ?? ownScopes).push(scope),
    )
    .option(
      '--issuer <urls...>',
      'issuers whose tokens the clients bear (default: the first that the hub trusts)',
    )
    .option(
      '--redirect-uri <uris...>',
      'where sign-in may lead: of the public clients, or else of the service',
    )
    .option('--new-secret', 'make new secrets for an existing app; those before stay good for a day')
    .on('option:public', () => {
      const last = clients.at(-1);
      if (!last) create.error("error: option '--public' must follow the --client that it is about");
      else last.public = true;
    })
    .action((options: AppOptions) => createApp(options, clients, ownScopes));
  const list = new Command('list').description('list the registered apps').action(listApps);
  return new Command('app')
    .description('registered apps')
    .addCommand(withDataOptions(withOverlap(withPageOptions(create))))
    .addCommand(setCommand())
    .addCommand(newSecretCommand())
    .addCommand(withDataOptions(list))
    .addCommand(channelCommand());
}

async function createApp(
  options: AppOptions,
  told: readonly ToldClient[],
  ownScopes: readonly string[],
): Promise<void> {
  const { id } = options;
  const redirectUris = (options.redirectUri ?? []).map(readRedirectUri);
  const named = withRedirects(id, told, redirectUris);
  const clients = readClients(id, named).map((client) => ({
    ...client,
    scopes: readGrant([...(client.clientId === id ? ownScopes : []), ...(client.scopes ?? [])]),
  }));
  const issuers = (options.issuer ?? []).map(readIssuer);
  const hosts = [...new Set(options.host.map(readHost))];
  const pages = readPages(options);
  await withRegistry(options, async ({ audit }) => {
    const secrets = secretChangeOf(options, options.newSecret ?? false);
    const on = secrets.newSecrets ? `apps/${id}/secrets` : `apps/${id}`;
    const entry = { at: secrets.now, ...commandLine, what: 'putApp', on };
    const made = await audit.record(entry, async ({ apps, hostClaims }) => {
      const known = await apps.findToChange(id);
      const had = known?.clients ?? [];
      const clientsNow = clients.map((client) => withSecret(client, had, secrets));
      const blocked = known?.blocked ?? false;
      const saved = clientsNow.map(({ client }) => client);
      await apps.put({ id, hosts, blocked, issuers, clients: saved, ...changeShown({}, pages) });
      for (const host of hosts) await hostClaims.remove(id, host);
      return clientsNow;
    });
    printSecrets(made, id);
  });
}

/** Redirect URIs belong to the public clients; without any, to the service. */
function withRedirects(
  id: string,
  told: readonly ToldClient[],
  redirectUris: readonly string[],
): NamedClient[] {
  const own = told.some(({ clientId }) => clientId === id)
    ? []
    : [{ clientId: id, public: false, scopes: [] }];
  const anyPublic = told.some((client) => client.public);
  return [...own, ...told].map((client) => {
    const signsIn = anyPublic ? client.public : client.clientId === id;
    return { ...client, redirectUris: signsIn ? redirectUris : [] };
  });
}

async function listApps(options: DataOptions): Promise<void> {
  await withRegistry(options, async (registry) => {
    const listed = await Promise.all(registry.apps.list().map((app) => show(app, registry)));
    if (options.json) printJson({ value: listed });
    else if (listed.length === 0)
      process.stdout.write('There is no app yet; `carillon app create` makes one.\n');
    else for (const app of listed) process.stdout.write(`${lineOf(app)}\n`);
  });
}

async function show(
  { id, hosts, clients, blocked, issuers = [] }: App,
  { credentials, hostClaims }: Registry,
) {
  return {
    appId: id,
    blocked,
    hosts,
    unverifiedHosts: (await hostClaims.list(id)).map(({ host }) => host),
    clients: clients.map(({ clientId }) => clientId),
    seeAllApps: clients.filter(({ scopes }) => scopes?.includes(allScope)).map(({ clientId }) => clientId),
    issuers,
    channels: credentials.list(id).map(({ kind }) => kind),
  };
}

/** Channels that need no credentials. */
const alwaysThere = builtInChannels.filter(({ credentials }) => credentials === null).map(({ type }) => type);

function lineOf({
  appId,
  blocked,
  hosts,
  unverifiedHosts,
  clients,
  seeAllApps,
  issuers,
  channels,
}: Awaited<ReturnType<typeof show>>): string {
  const parts = [
    `hosts ${hosts.join(', ') || 'none'}`,
    ...(unverifiedHosts.length > 0 ? [`unverified ${unverifiedHosts.join(', ')}`] : []),
    `clients ${clients.join(', ')}`,
    ...(seeAllApps.length > 0 ? [`${allScope} for ${seeAllApps.join(', ')}`] : []),
    ...(issuers.length > 0 ? [`issuers ${issuers.join(', ')}`] : []),
    `channels ${[...alwaysThere, ...channels].join(', ')}`,
  ];
  return `${appId}${blocked ? ' (blocked)' : ''}: ${parts.join('; ')}`;
}
