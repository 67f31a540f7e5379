// A registered app as an operator sees it, and how it is changed. A host name given here is a claim until it is verified
// (../hosts). A secret is answered once, by the call that created it.
import { type appAnswerSchema, appSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import type { App, AppClient } from '../../../model/app.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import type { Registry } from '../../../store/registry.ts';
import type { Answer } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { bodyOf } from '../../kernel/operation.ts';
import { type Acted, audited } from '../audited.ts';
import { claimHosts } from '../hosts/host.ts';
import { challengeOf } from '../hosts/host-verifier.ts';
import {
  type MadeClient,
  type NamedClient,
  readClients,
  readGrant,
  readHost,
  readIssuer,
  readRedirectUri,
  withSecret,
} from './app-members.ts';
import { changeShown, type GivenMembers, readShown, shownOf } from './shown-members.ts';

export type AppAnswer = Static<typeof appAnswerSchema>;

/** What a body says of an app; undefined where it says nothing. */
export interface AppChange {
  readonly hosts: readonly string[] | undefined;
  readonly clients: readonly NamedClient[] | undefined;
  readonly blocked: boolean | undefined;
  readonly issuers: readonly string[] | undefined;
  readonly shown: GivenMembers;
  readonly newSecrets: boolean;
  readonly overlapMs: number | undefined;
}

export const appBody = bodyOf(appSchema, (body): AppChange => {
  const { hosts, clients, blocked, issuers, newSecrets = false, secretOverlapSeconds } = body;
  const { openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction } = body;
  return {
    hosts: hosts && [...new Set(hosts.map((each) => readHost(typeof each === 'string' ? each : each.host)))],
    clients: clients?.map(({ clientId, public: isPublic = false, redirectUris = [], scopes = [] }) => ({
      clientId,
      public: isPublic,
      redirectUris: redirectUris.map(readRedirectUri),
      scopes: readGrant(scopes),
    })),
    blocked,
    issuers: issuers?.map(readIssuer),
    shown: readShown({ openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction }),
    newSecrets,
    overlapMs: secretOverlapSeconds === undefined ? undefined : secretOverlapSeconds * 1000,
  };
});

export async function changeApp(
  acted: Acted,
  services: Services,
  { id, hosts, clients, blocked, issuers, shown, newSecrets, overlapMs }: AppChange & { readonly id: string },
): Promise<Answer<AppAnswer>> {
  const { registry } = services;
  await Promise.all((hosts ?? []).map((host) => services.hosts.check(host)));
  const secrets = { newSecrets, overlapMs, now: services.clock.now() };
  const on = newSecrets ? `apps/${id}/secrets` : `apps/${id}`;
  const { known, app, made } = await audited(acted, services, on, async ({ apps, hostClaims }) => {
    const before = await apps.findToChange(id);
    const had = before?.clients ?? [];
    const clientsNow = readClients(id, clients ?? had).map((each) => withSecret(each, had, secrets));
    const verified = (before?.hosts ?? []).filter((host) => hosts?.includes(host) ?? true);
    const changed: App = {
      id,
      hosts: verified,
      clients: clientsNow.map(({ client }) => client),
      blocked: blocked ?? before?.blocked ?? false,
      issuers: issuers ?? before?.issuers ?? [],
      ...changeShown(before ?? {}, shown),
    };
    await apps.put(changed);
    if (hosts) await claimHosts(hostClaims, changed, hosts, services);
    return { known: before, app: changed, made: clientsNow };
  });
  const body = await showApp(app, registry, made);
  return known ? { outcome: 'ok', body } : { outcome: 'created', body, location: `/admin/apps/${id}` };
}

export async function showApp(
  app: App,
  { hostClaims, credentials }: Registry,
  made: readonly MadeClient[] = [],
): Promise<AppAnswer> {
  const claims = await hostClaims.list(app.id);
  return {
    appId: app.id,
    blocked: app.blocked,
    issuers: [...(app.issuers ?? [])],
    hosts: [
      ...app.hosts.map((host) => ({ host, verified: true })),
      ...claims.map(({ host, value }) => ({ host, verified: false, challenge: challengeOf(host, value) })),
    ],
    clients: app.clients.map((client) => showClient(client, made)),
    channels: credentials.list(app.id).map(({ kind }) => kind),
    ...shownOf(app),
  };
}

function showClient(client: AppClient, made: readonly MadeClient[]) {
  const { clientId, public: isPublic, redirectUris, scopes = [], oldSecrets = [] } = client;
  const until = oldSecrets.reduce((last, each) => Math.max(last, each.until), 0);
  const secret = made.find((each) => each.client.clientId === clientId)?.secret ?? null;
  return {
    clientId,
    public: isPublic,
    redirectUris: [...redirectUris],
    scopes: readGrant(scopes),
    ...(until > 0 ? { oldSecretUntilDateTime: formatDateTime(until) } : {}),
    ...(secret === null ? {} : { clientSecret: secret }),
  };
}
