// Reads the push credentials of an app for one channel, without their secrets.
// Not set and removed are the same: 404.
import { operatorLimits } from '@carillon/protocol';
import { shownCredentialsSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findApp } from '../audited.ts';
import { channelOf, channelPath, noCredentials, showChannel } from './channel.ts';

export const getChannel = operation({
  name: 'getChannel',
  method: 'GET',
  paths: [channelPath],
  access: 'operatorRead',
  summary:
    'read the members that are no secret, with `channel`, `setDateTime` and `waitingCount`: the deliveries that wait, counted up to 10 000',
  answer: plain(shownCredentialsSchema),
  async run({ params }, { registry, descriptors, read }) {
    const { id } = findApp(params.appId, registry);
    const { type: kind, code } = channelOf(params.channel, descriptors);
    const stored = registry.credentials.list(id).find((each) => each.kind === kind);
    if (!stored) throw noCredentials(kind);
    const waitingCount = await read.waitingDeliveries({ app: id, channel: code }, operatorLimits.causesOf);
    return { outcome: 'ok', body: { ...showChannel(stored), waitingCount } };
  },
});
