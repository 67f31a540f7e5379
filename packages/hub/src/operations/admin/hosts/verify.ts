// Looks for the proof of a claimed host name, in DNS and under the host's own well-known path. Found, the name stands in
// the app; not found, the claim is answered again with what was there instead.
import { hostAnswerSchema } from '@carillon/protocol/schemas';
import { foldName } from '../../../model/fold-name.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { audited, findApp } from '../audited.ts';
import { noHost, showClaim } from './host.ts';

export const verifyHost = operation({
  name: 'verifyHost',
  method: 'POST',
  paths: ['/admin/apps/{appId}/hosts/{host}/verify'],
  access: 'operator',
  summary: 'look for the proof of a host name',
  answer: plain(hostAnswerSchema),
  async run({ params, ...acted }, services) {
    const { registry } = services;
    const app = findApp(params.appId, registry);
    const host = foldName(params.host);
    if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
    const claim = await registry.hostClaims.find(app.id, host);
    if (!claim) throw noHost();
    const { by, dns, wellKnown } = await services.hosts.verify(host, claim.value);
    if (by === null) return { outcome: 'ok', body: { ...showClaim(claim), dns, wellKnown } };
    await audited(acted, services, `apps/${app.id}/hosts/${host}`, async ({ apps, hostClaims }) => {
      const now = await apps.findToChange(app.id);
      // Given up during the check: then it stays given up.
      if (!now || (await hostClaims.find(app.id, host))?.value !== claim.value) throw noHost();
      await apps.put({ ...now, hosts: [...now.hosts, host] });
      await hostClaims.remove(app.id, host);
    });
    return { outcome: 'ok', body: { host, verified: true, verifiedBy: by } };
  },
});
