// Gives up a host name of an app, verified or only claimed.
// The app can't post under it any more, and another may claim it.

import { foldName } from '../../../model/fold-name.ts';
import { nothing } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { audited, findApp } from '../audited.ts';
import { noHost } from './host.ts';

export const removeHost = operation({
  name: 'removeHost',
  method: 'DELETE',
  paths: ['/admin/apps/{appId}/hosts/{host}'],
  access: 'operator',
  summary: 'give up a host name',
  answer: nothing,
  async run({ params, ...acted }, services) {
    const app = findApp(params.appId, services.registry);
    const host = foldName(params.host);
    await audited(acted, services, `apps/${app.id}/hosts/${host}`, async ({ apps, hostClaims }) => {
      const now = await apps.findToChange(app.id);
      const wasClaimed = await hostClaims.remove(app.id, host);
      if (now?.hosts.includes(host))
        await apps.put({ ...now, hosts: now.hosts.filter((each) => each !== host) });
      else if (!wasClaimed) throw noHost();
    });
    return { outcome: 'noContent' };
  },
});
