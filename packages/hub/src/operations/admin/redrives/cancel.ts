// Ends a redrive before it has come to its end.
// What it has sent again stays so; the step that is under way is finished.
import { redriveJobSchema } from '@carillon/protocol/schemas';
import { notFound } from '../../../model/errors.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { audited } from '../audited.ts';
import { path, show } from './shown.ts';

export const cancelRedrive = operation({
  name: 'cancelRedrive',
  method: 'POST',
  paths: [`${path}/{id}/cancel`],
  access: 'operator',
  summary: 'end a redrive after the step that is under way; what was redriven stays so',
  answer: plain(redriveJobSchema),
  async run({ params, ...acted }, services) {
    const { id } = params;
    if (!(await services.registry.redrives.find(id))) throw notFound();
    const job = await audited(acted, services, `deliveries/redrives/${id}`, ({ redrives }) =>
      redrives.cancel(id, services.clock.now()),
    );
    if (!job) throw notFound();
    return { outcome: 'ok', body: show(job, services) };
  },
});
