// Claims a host name for an app. It counts once it is verified; a claim that the app has already keeps its value.
// Names that lead inside a private network are refused.
import { hostAnswerSchema, hostPostSchema } from '@carillon/protocol/schemas';
import { invalid } from '../../../model/errors.ts';
import { plain } from '../../kernel/answer.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { readHost } from '../apps/app-members.ts';
import { audited, findApp } from '../audited.ts';
import { claimHosts, showClaim } from './host.ts';

const hostsMax = 100;

export const addHost = operation({
  name: 'addHost',
  method: 'POST',
  paths: ['/admin/apps/{appId}/hosts'],
  access: 'operator',
  summary: 'claim a host name; answers the challenge that proves it',
  body: bodyOf(hostPostSchema, ({ host }) => readHost(host)),
  answer: plain(hostAnswerSchema, ['created', 'ok']),
  async run({ params, body: host, ...acted }, services) {
    const { registry } = services;
    findApp(params.appId, registry);
    await services.hosts.check(host);
    const app = findApp(params.appId, registry);
    if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
    const before = await registry.hostClaims.find(app.id, host);
    if (before) return { outcome: 'ok', body: showClaim(before) };
    const on = `apps/${app.id}/hosts/${host}`;
    const claim = await audited(acted, services, on, async ({ apps, hostClaims }) => {
      // Claims are read and written under the lock of the apps, or of two claims at once one removes the other.
      const now = (await apps.findToChange(app.id)) ?? app;
      const claimed = (await hostClaims.list(app.id)).map((each) => each.host);
      if (now.hosts.length + claimed.length >= hostsMax)
        throw invalid(`An app has at most ${hostsMax} host names: remove one first.`, 'host');
      await claimHosts(hostClaims, now, [...claimed, host], services);
      return hostClaims.find(app.id, host);
    });
    // Verified since it was looked for.
    if (!claim) return { outcome: 'ok', body: { host, verified: true } };
    return { outcome: 'created', location: `/admin/${on}`, body: showClaim(claim) };
  },
});
