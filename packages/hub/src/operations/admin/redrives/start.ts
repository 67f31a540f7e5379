// Begins a redrive of many: all failed deliveries, or those of an app, a channel, a cause.
// A dry run counts them and sends none, so that whoever asks knows how many it would be.
import { operatorLimits } from '@carillon/protocol';
import { redriveJobPostSchema, redriveJobSchema } from '@carillon/protocol/schemas';
import { invalid } from '../../../model/errors.ts';
import type { AuditedWrites } from '../../../store/registry.ts';
import { plain } from '../../kernel/answer.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { audited } from '../audited.ts';
import { newRedrive } from './redrives.ts';
import { path, show } from './shown.ts';

const most = { atOnce: operatorLimits.redrivesAtOnce, kept: operatorLimits.redrivesKept };

export const startRedrive = operation({
  name: 'startRedrive',
  method: 'POST',
  paths: [path],
  access: 'operator',
  summary:
    'send all failed deliveries again, or those of an `app`, a `channel`, a `reason`, step by step beside other work; `dryRun` only counts them',
  body: bodyOf(redriveJobPostSchema, (body) => body),
  answer: plain(redriveJobSchema, ['created']),
  async run({ body, ...acted }, services) {
    const { app = null, channel: type = null, reason = null, dryRun = false } = body;
    const channel = type === null ? null : services.descriptors.find((each) => each.type === type)?.code;
    if (channel === undefined)
      throw invalid('"channel" is none of this hub: take it from a failed delivery.', 'channel');
    const job = newRedrive({ app, channel, reason }, { dryRun, now: services.clock.now() });
    const hold = services.redrives.hold();
    const add = ({ redrives }: Pick<AuditedWrites, 'redrives'>) => redrives.add(job, hold, most);
    if (dryRun) await add(services.registry);
    else await audited(acted, services, `deliveries/redrives/${job.id}`, add);
    services.redrives.run(job, hold);
    return { outcome: 'created', body: show(job, services), location: `${path}/${job.id}` };
  },
});
