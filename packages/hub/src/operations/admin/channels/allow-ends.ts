// Lets push addresses of an app and channel end again for a day, after so many were reported dead that the hub stopped: the
// operator has looked and says that the devices are gone.
import { allowedEndsSchema } from '@carillon/protocol/schemas';
import { formatDateTime } from '../../../model/date-time.ts';
import { HubError } from '../../../model/errors.ts';
import { allowMassEnd } from '../../../push/dispatch/mass-end.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { audited, findApp } from '../audited.ts';
import { channelPath } from './channel.ts';

export const allowEnds = operation({
  name: 'allowEnds',
  method: 'POST',
  paths: [`${channelPath}/allowEnds`],
  access: 'operator',
  summary: 'let addresses that are reported dead end again, for a day, after a mass of them stopped that',
  answer: plain(allowedEndsSchema),
  async run({ params, ...acted }, services) {
    const { registry, descriptors, clock } = services;
    const { id: app } = findApp(params.appId, registry);
    const channel = descriptors.find(({ type }) => type.toLowerCase() === params.channel.toLowerCase())?.type;
    if (!channel) {
      const known = descriptors.map(({ type }) => type).join(', ');
      throw new HubError('notFound', `The channels are ${known}.`);
    }
    const until = await audited(acted, services, `apps/${app}/channels/${channel}`, ({ meta }) =>
      allowMassEnd(meta, { app, channel, now: clock.now() }),
    );
    return { outcome: 'ok', body: { channel, allowedUntilDateTime: formatDateTime(until) } };
  },
});
