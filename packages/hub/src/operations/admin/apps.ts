// Registered apps, as an operator sees and changes them. A host name given here is a claim until it is verified
// (hosts.ts). A secret is answered once, by the call that created it.
import { appSchema } from '@carillon/protocol/schemas';
import type { App, AppClient } from '../../model/app.ts';
import type { Registry } from '../../store/registry.ts';
import { openBodyReader } from '../kernel/body.ts';
import {
  type MadeClient,
  type NamedClient,
  readClients,
  readHost,
  readRedirectUri,
  withSecret,
} from './app-members.ts';
import { type AdminAnswer, type AdminCall, type AdminServices, audited, findApp } from './call.ts';
import { claimHosts } from './hosts.ts';
import { pageOf, readPaging } from './paging.ts';
import { challengeOf } from './verify-host.ts';

interface PostedApp {
  readonly hosts?: readonly (string | { readonly host: string })[];
  readonly clients?: readonly {
    readonly clientId: string;
    readonly public?: boolean;
    readonly redirectUris?: readonly string[];
  }[];
  readonly blocked?: boolean;
  readonly newSecrets?: boolean;
}

/** An app as it is answered; undefined members are left out. */
export interface AppChange {
  readonly hosts: readonly string[] | undefined;
  readonly clients: readonly NamedClient[] | undefined;
  readonly blocked: boolean | undefined;
  readonly newSecrets: boolean;
}

const bodyOf = openBodyReader<PostedApp>(appSchema);

export function readApp(json: unknown): AppChange {
  const { hosts, clients, blocked, newSecrets = false } = bodyOf(json);
  return {
    hosts: hosts && [...new Set(hosts.map((each) => readHost(typeof each === 'string' ? each : each.host)))],
    clients: clients?.map(({ clientId, public: isPublic = false, redirectUris = [] }) => ({
      clientId,
      public: isPublic,
      redirectUris: redirectUris.map(readRedirectUri),
    })),
    blocked,
    newSecrets,
  };
}

export async function listApps(
  { query }: AdminCall,
  { registry, seal }: AdminServices,
): Promise<AdminAnswer> {
  const { top, after } = readPaging<string>(query, 'apps', seal);
  const apps = registry.apps.list().filter(({ id }) => after === null || id > after);
  const page = pageOf(apps.slice(0, top + 1), { query, list: 'apps', seal, keyOf: ({ id }) => id });
  const value = await Promise.all(page.rows.map((app) => showApp(app, registry)));
  return { outcome: 'ok', body: { value }, ...(page.next ? { next: page.next } : {}) };
}

export async function getApp(call: AdminCall, { registry }: AdminServices): Promise<AdminAnswer> {
  return { outcome: 'ok', body: await showApp(findApp(call, registry), registry) };
}

export async function putApp(call: AdminCall<AppChange>, services: AdminServices): Promise<AdminAnswer> {
  const id = call.params.appId ?? '';
  readClients(id, []);
  const { hosts = [], clients = [], blocked = false, newSecrets } = call.body;
  return changeApp(call, services, { id, hosts, clients, blocked, newSecrets });
}

export async function patchApp(call: AdminCall<AppChange>, services: AdminServices): Promise<AdminAnswer> {
  const known = findApp(call, services.registry);
  return changeApp(call, services, { id: known.id, ...call.body });
}

async function changeApp(
  call: AdminCall<AppChange>,
  services: AdminServices,
  { id, hosts, clients, blocked, newSecrets }: AppChange & { readonly id: string },
): Promise<AdminAnswer> {
  const { registry } = services;
  await Promise.all((hosts ?? []).map((host) => services.hosts.check(host)));
  const { known, app, made } = await audited(call, services, `apps/${id}`, async ({ apps, hostClaims }) => {
    const before = await apps.findToChange(id);
    const had = before?.clients ?? [];
    const clientsNow = readClients(id, clients ?? had).map((each) => withSecret(each, newSecrets ? [] : had));
    const verified = (before?.hosts ?? []).filter((host) => hosts?.includes(host) ?? true);
    const changed: App = {
      id,
      hosts: verified,
      clients: clientsNow.map(({ client }) => client),
      blocked: blocked ?? before?.blocked ?? false,
    };
    await apps.put(changed);
    if (hosts) await claimHosts(hostClaims, changed, hosts, services);
    return { known: before, app: changed, made: clientsNow };
  });
  const body = await showApp(app, registry, made);
  return known ? { outcome: 'ok', body } : { outcome: 'created', body, location: `/admin/apps/${id}` };
}

async function showApp(app: App, { hostClaims, credentials }: Registry, made: readonly MadeClient[] = []) {
  const claims = await hostClaims.list(app.id);
  return {
    appId: app.id,
    blocked: app.blocked,
    hosts: [
      ...app.hosts.map((host) => ({ host, verified: true })),
      ...claims.map(({ host, value }) => ({ host, verified: false, challenge: challengeOf(host, value) })),
    ],
    clients: app.clients.map((client) => showClient(client, made)),
    channels: credentials.list(app.id).map(({ kind }) => kind),
  };
}

function showClient({ clientId, public: isPublic, redirectUris }: AppClient, made: readonly MadeClient[]) {
  const secret = made.find(({ client }) => client.clientId === clientId)?.secret ?? null;
  return {
    clientId,
    public: isPublic,
    redirectUris,
    ...(secret === null ? {} : { clientSecret: secret }),
  };
}
