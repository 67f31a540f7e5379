// Reads one registered app: its clients, its host names with what proves them, and for which channels it has credentials.
// Secrets are never answered here.
import { appAnswerSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findApp } from '../audited.ts';
import { showApp } from './app.ts';

export const getApp = operation({
  name: 'getApp',
  method: 'GET',
  paths: ['/admin/apps/{appId}'],
  access: 'operatorRead',
  summary: 'read one app',
  answer: plain(appAnswerSchema),
  async run({ params }, { registry }) {
    return { outcome: 'ok', body: await showApp(findApp(params.appId, registry), registry) };
  },
});
