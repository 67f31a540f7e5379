// Host names of an app: claimed, verified, given up. The app itself holds only verified ones, so a check of a host name
// can't mistake a claim for a proof.
import { randomBytes } from 'node:crypto';
import { hostPostSchema } from '@carillon/protocol/schemas';
import type { App } from '../../model/app.ts';
import { HubError, invalid } from '../../model/errors.ts';
import type { HostClaim, HostClaims } from '../../store/registry.ts';
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
export async function claimHosts(
  hostClaims: HostClaims,
  app: App,
  hosts: readonly string[],
  { clock }: AdminServices,
): Promise<void> {
  for (const { host } of await hostClaims.list(app.id)) {
    if (!hosts.includes(host) || app.hosts.includes(host)) await hostClaims.remove(app.id, host);
  }
  for (const host of hosts) {
    if (app.hosts.includes(host) || (await hostClaims.find(app.id, host))) continue;
    const value = randomBytes(valueBytes).toString('base64url');
    await hostClaims.put({ app: app.id, host, value, claimedAt: clock.now() });
  }
}

export async function addHost(call: AdminCall<string>, services: AdminServices): Promise<AdminAnswer> {
  const host = call.body;
  findApp(call, services.registry);
  await services.hosts.check(host);
  const app = findApp(call, services.registry);
  if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
  const { hostClaims } = services.registry;
  const before = await hostClaims.find(app.id, host);
  if (before) return { outcome: 'ok', body: showClaim(before) };
  const location = `/admin/apps/${app.id}/hosts/${host}`;
  const claim = await audited(call, services, location.slice('/admin/'.length), async (within) => {
    const claimed = (await within.hostClaims.list(app.id)).map((each) => each.host);
    if (app.hosts.length + claimed.length >= hostsMax)
      throw invalid(`An app has at most ${hostsMax} host names: remove one first.`, 'host');
    await claimHosts(within.hostClaims, app, [...claimed, host], services);
    return within.hostClaims.find(app.id, host);
  });
  if (!claim) throw noHost();
  return { outcome: 'created', location, body: showClaim(claim) };
}

export async function getHost(call: AdminCall, { registry }: AdminServices): Promise<AdminAnswer> {
  const { app, host } = named(call, registry);
  const claim = await registry.hostClaims.find(app.id, host);
  if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
  if (claim) return { outcome: 'ok', body: showClaim(claim) };
  throw noHost();
}

export async function verifyHost(call: AdminCall, services: AdminServices): Promise<AdminAnswer> {
  const { registry } = services;
  const { app, host } = named(call, registry);
  if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
  const claim = await registry.hostClaims.find(app.id, host);
  if (!claim) throw noHost();
  const { by, dns, wellKnown } = await services.hosts.verify(host, claim.value);
  if (by === null) return { outcome: 'ok', body: { ...showClaim(claim), dns, wellKnown } };
  await audited(call, services, `apps/${app.id}/hosts/${host}`, async ({ apps, hostClaims }) => {
    const now = await apps.findToChange(app.id);
    // Given up during the check: then it stays given up.
    if (!now || (await hostClaims.find(app.id, host))?.value !== claim.value) throw noHost();
    await apps.put({ ...now, hosts: [...now.hosts, host] });
    await hostClaims.remove(app.id, host);
  });
  return { outcome: 'ok', body: { host, verified: true, verifiedBy: by } };
}

export async function removeHost(call: AdminCall, services: AdminServices): Promise<AdminAnswer> {
  const { registry } = services;
  const { app, host } = named(call, registry);
  await audited(call, services, `apps/${app.id}/hosts/${host}`, async ({ apps, hostClaims }) => {
    const now = await apps.findToChange(app.id);
    const wasClaimed = await hostClaims.remove(app.id, host);
    if (now?.hosts.includes(host))
      await apps.put({ ...now, hosts: now.hosts.filter((each) => each !== host) });
    else if (!wasClaimed) throw noHost();
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
