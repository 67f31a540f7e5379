// The pages' part of the hub: the clients of the inbox and of the console, where they are registered, and their configuration.
// Part of the composition.
import type { ConsoleConfig, InboxConfig } from '@carillon/protocol';
import type { FastifyInstance } from 'fastify';
import { consoleApp, consoleAppId } from '../auth/console-app.ts';
import { hostOf, inboxApp, inboxAppId, withOwnApps } from '../auth/inbox-app.ts';
import { issuerOf } from '../auth/provider/claims.ts';
import { changePasswordPath } from '../auth/provider/routes.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { problemWith } from '../config/settings.ts';
import { addConsole } from '../edge/pages/console.ts';
import { addDocumentation } from '../edge/pages/documentation.ts';
import { findPage, readPage } from '../edge/pages/page-files.ts';
import { addWeb } from '../edge/pages/web.ts';
import type { Clock } from '../lib/clock.ts';
import { readVersion } from '../lib/version.ts';
import { openPictureFetch } from '../pictures/fetch-picture.ts';
import { Pictures } from '../pictures/pictures.ts';
import type { Registry } from '../store/registry.ts';

/** What a development hub's page sends comes from a demo app, by its name, and not from an address. */
const demoHostName = 'demo.example';

export function embedsProvider({ issuers }: Config): boolean {
  return issuers.length === 0;
}

/** The registry in which the inbox and the console are apps like the others. */
export function withInboxOf(config: Config, registry: Registry): Registry {
  const { publicUrl, dev } = config;
  const clientId = inboxClient(config);
  const inbox =
    clientId === null ? [] : [inboxApp({ publicUrl, clientId, hosts: dev ? [demoHostName] : [] })];
  return withOwnApps(registry, embedsProvider(config) ? [...inbox, consoleApp(publicUrl)] : inbox);
}

/** The inbox at /inbox, the console at /console, and the documentation at /docs. */
export function addPages(app: FastifyInstance, config: Config): void {
  addWeb(app, { config: inboxConfig(config), page: readPage(findPage('inbox')) });
  addConsole(app, { config: consoleConfig(config), page: readPage(findPage('console')) });
  addDocumentation(app, {
    publicUrl: config.publicUrl,
    readSite: () => readPage(findPage('site')),
    readReference: () => readPage(findPage('reference')),
  });
}

function consoleConfig(config: Config): ConsoleConfig {
  const { publicUrl, adminIssuer, issuers, dev } = config;
  const localUsers = embedsProvider(config);
  return {
    publicUrl,
    issuer: adminIssuer ?? issuers[0] ?? issuerOf(publicUrl),
    clientId: localUsers ? consoleAppId : config.console.clientId,
    scope: localUsers ? 'openid profile .default' : config.console.scope,
    ...{ localUsers, dev, version: readVersion() },
  };
}

function inboxConfig(config: Config): InboxConfig {
  const { publicUrl, issuers, inbox, dev } = config;
  const issuer = issuers[0] ?? issuerOf(publicUrl);
  const demo = dev ? demoHostName : null;
  const own = {
    publicUrl,
    targetHostName: hostOf(publicUrl),
    demoHostName: demo,
    dev,
    version: readVersion(),
  };
  return {
    ...own,
    issuer,
    passwordUrl: embedsProvider(config) ? issuer + changePasswordPath : null,
    clientId: inboxClient(config),
    scope: inbox.scope,
    ...(inbox.pictures === 'direct' ? {} : { pictures: inbox.pictures === 'proxied' ? 'proxied' : false }),
  };
}

/** Null where the page loads pictures from their sites, or none. */
export function openPictures({
  config,
  clock,
}: {
  readonly config: Config;
  readonly clock: Clock;
}): Pictures | null {
  const { inbox, allowPrivatePush: allowPrivate, findProxy, pushCa: extraCa } = config;
  if (inbox.pictures !== 'proxied') return null;
  return new Pictures({ clock, fetch: openPictureFetch({ allowPrivate, findProxy, extraCa }) });
}

/** With the embedded provider the inbox is a built-in client; with another issuer the operator names the client. */
function inboxClient(config: Config): string | null {
  return embedsProvider(config) ? inboxAppId : config.inbox.clientId;
}

/** Where several nodes may serve, an omitted setting must not start the embedded provider. */
export async function checkProvider(config: Config, registry: Registry): Promise<void> {
  if (config.databaseUrl === null || !embedsProvider(config) || config.embeddedProvider) return;
  if ((await registry.users.list()).length > 0) return;
  const what =
    'with PostgreSQL name an OpenID Connect issuer, or say --embedded-provider (or make a local user)';
  throw new ConfigError([problemWith('issuer', what)]);
}
