// Lists the redrives of the hub, whichever of its nodes goes on with them.
// The newest fifty are kept, and all that are under way.
import { redriveJobSchema } from '@carillon/protocol/schemas';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { path, show } from './shown.ts';

export const listRedrives = operation({
  name: 'listRedrives',
  method: 'GET',
  paths: [path],
  access: 'operatorRead',
  summary:
    'list the redrives, those of other nodes and of before a restart too, the newest first, with how far each has come',
  answer: collection('redrives', redriveJobSchema, { context: null }),
  async run(_call, services) {
    const jobs = await services.registry.redrives.list();
    return { outcome: 'ok', body: { value: jobs.map((job) => show(job, services)) } };
  },
});
