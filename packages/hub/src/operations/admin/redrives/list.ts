// Lists the redrives of this node.
// They are in memory: another node, and this one after a restart, has others.
import { redriveJobSchema } from '@carillon/protocol/schemas';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { path, show } from './shown.ts';

export const listRedrives = operation({
  name: 'listRedrives',
  method: 'GET',
  paths: [path],
  access: 'operatorRead',
  summary: 'list the redrives of this node since its start, the newest first, with how far each has come',
  answer: collection('redrives', redriveJobSchema, { context: null }),
  async run(_call, services) {
    return { outcome: 'ok', body: { value: services.redrives.list().map((job) => show(job, services)) } };
  },
});
