// Reads a host name of an app: verified, or claimed with what proves it.
// The challenge is answered as often as it is asked for.
import { hostAnswerSchema } from '@carillon/protocol/schemas';
import { foldName } from '../../../model/fold-name.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findApp } from '../audited.ts';
import { noHost, showClaim } from './host.ts';

export const getHost = operation({
  name: 'getHost',
  method: 'GET',
  paths: ['/admin/apps/{appId}/hosts/{host}'],
  access: 'operatorRead',
  summary: 'read a claim or a verified host name',
  answer: plain(hostAnswerSchema),
  async run({ params }, { registry }) {
    const app = findApp(params.appId, registry);
    const host = foldName(params.host);
    if (app.hosts.includes(host)) return { outcome: 'ok', body: { host, verified: true } };
    const claim = await registry.hostClaims.find(app.id, host);
    if (claim) return { outcome: 'ok', body: showClaim(claim) };
    throw noHost();
  },
});
