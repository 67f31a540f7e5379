// The inbox page's part of the hub: its client, where that is registered, and its configuration.
// Part of the composition.
import { consoleApp } from '../auth/console-app.ts';
import { hostOf, inboxApp, inboxAppId, withOwnApps } from '../auth/inbox-app.ts';
import { issuerOf } from '../auth/provider/claims.ts';
import type { Config } from '../config/config.ts';
import type { InboxConfig } from '../edge/pages/web.ts';
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

export function inboxConfig(config: Config): InboxConfig {
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
