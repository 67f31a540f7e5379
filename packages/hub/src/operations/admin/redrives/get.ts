// How far a redrive has come.
// Whoever started it asks again until it has ended.
import { redriveJobSchema } from '@carillon/protocol/schemas';
import { notFound } from '../../../model/errors.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { path, show } from './shown.ts';

export const getRedrive = operation({
  name: 'getRedrive',
  method: 'GET',
  paths: [`${path}/{id}`],
  access: 'operatorRead',
  summary: 'read how far a redrive has come',
  answer: plain(redriveJobSchema),
  async run({ params }, services) {
    const job = await services.registry.redrives.find(params.id);
    if (!job) throw notFound();
    return { outcome: 'ok', body: show(job, services) };
  },
});
