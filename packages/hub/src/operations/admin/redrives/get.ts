// How far a redrive has come.
// Whoever started it asks again until it has ended.
import { redriveJobSchema } from '@carillon/protocol/schemas';
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
    return { outcome: 'ok', body: show(services.redrives.find(params.id), services) };
  },
});
