// Host names of an app: claimed, verified, given up. Only a verified one stands in the app, so nothing that checks a
// host name can take a claim for a proof.
import { randomBytes } from 'node:crypto';
import { hostPostSchema } from '@carillon/protocol/schemas';
import type { App } from '../../model/app.ts';
import { HubError, invalid } from '../../model/errors.ts';
import type { HostClaim } from '../../store/registry.ts';
import { openBodyReader } from '../kernel/body.ts';
import { readHost } from './app-members.ts';
import { type AdminAnswer, type AdminCall, type AdminServices, audited, findApp } from './call.ts';
import { challengeOf } from './verify-host.ts';

const hostsMax = 100;
const valueBytes = 24;

const bodyOf = openBodyReader<{ readonly host: string }>(hostPostSchema);

export function readHostPost(json: unknown): string {
  return readHost(bodyOf(json).host);
}

/** Makes the claims of the app those of `hosts` that it has not verified; one that it has already keeps its value. */
export function claimHosts(app: App, hosts: readonly string[], { registry, clock }: AdminServices): void {
  const { hostClaims } = registry;
  for (const { host } of hostClaims.list(app.id)) {
    if (!hosts.includes(host) || app.hosts.includes(host)) hostClaims.remove(app.id, host);
  }
  for (const host of hosts) {
    if (app.hosts.includes(host) || hostClaims.find(app.id, host)) continue;
    const value = randomBytes(valueBytes).toString('base64url');
    hostClaims.put({ app: app.id, host, value, claimedAt: clock.now() });
  }
}

export async function addHost(call: AdminCall<string>, services: AdminServices): Promise<AdminAnswer> {
  const host = call.body;
  const { hostClaims } = services.registry;
  findApp(call, services.registry);
  await services.hosts.check(host);
  const app = findApp(call, services.registry);
  if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
  const before = hostClaims.find(app.id, host);
  if (before) return { outcome: 'ok', body: showClaim(before) };
  const claimed = hostClaims.list(app.id).map((claim) => claim.host);
  if (app.hosts.length + claimed.length >= hostsMax)
    throw invalid(`An app has at most ${hostsMax} host names: remove one first.`, 'host');
  const location = `/admin/apps/${app.id}/hosts/${host}`;
  audited(call, services, location.slice('/admin/'.length), () =>
    claimHosts(app, [...claimed, host], services),
  );
  return { outcome: 'created', location, body: showClaim(hostClaims.find(app.id, host) as HostClaim) };
}

export function getHost(call: AdminCall, { registry }: AdminServices): AdminAnswer {
  const { app, host } = named(call, registry);
  const claim = registry.hostClaims.find(app.id, host);
  if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
  if (claim) return { outcome: 'ok', body: showClaim(claim) };
  throw noHost();
}

export async function verifyHost(call: AdminCall, services: AdminServices): Promise<AdminAnswer> {
  const { registry } = services;
  const { app, host } = named(call, registry);
  if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
  const claim = registry.hostClaims.find(app.id, host);
  if (!claim) throw noHost();
  const { by, dns, wellKnown } = await services.hosts.verify(host, claim.value);
  if (by === null) return { outcome: 'ok', body: { ...showClaim(claim), dns, wellKnown } };
  const now = findApp(call, registry);
  // Given up while it was looked at: then it stays so.
  if (registry.hostClaims.find(app.id, host)?.value !== claim.value) throw noHost();
  audited(call, services, `apps/${app.id}/hosts/${host}`, () => {
    registry.apps.put({ ...now, hosts: [...now.hosts, host] });
    registry.hostClaims.remove(app.id, host);
  });
  return { outcome: 'ok', body: { host, verified: true, verifiedBy: by } };
}

export function removeHost(call: AdminCall, services: AdminServices): AdminAnswer {
  const { registry } = services;
  const { app, host } = named(call, registry);
  if (!app.hosts.includes(host) && !registry.hostClaims.find(app.id, host)) throw noHost();
  audited(call, services, `apps/${app.id}/hosts/${host}`, () => {
    registry.hostClaims.remove(app.id, host);
    if (app.hosts.includes(host))
      registry.apps.put({ ...app, hosts: app.hosts.filter((each) => each !== host) });
  });
  return { outcome: 'noContent' };
}

function named(call: AdminCall, registry: AdminServices['registry']): { app: App; host: string } {
  return { app: findApp(call, registry), host: (call.params.host ?? '').toLowerCase() };
}

function showClaim({ host, value }: HostClaim) {
  return { host, verified: false, challenge: challengeOf(host, value) };
}

function noHost(): HubError {
  return new HubError('notFound', 'The app has no such host name: POST it to the hosts of the app first.');
}
