// Removes the push credentials of an app for one channel.
// Its pushes wait then, until others are stored or they expire.
import { nothing } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { audited, findApp } from '../audited.ts';
import { channelOf, channelPath, noCredentials } from './channel.ts';

export const deleteChannel = operation({
  name: 'deleteChannel',
  method: 'DELETE',
  paths: [channelPath],
  access: 'operator',
  summary: 'remove push credentials',
  answer: nothing,
  async run({ params, ...acted }, services) {
    const { registry, descriptors } = services;
    const { id } = findApp(params.appId, registry);
    const { type: kind } = channelOf(params.channel, descriptors);
    if (!registry.credentials.list(id).some((each) => each.kind === kind)) throw noCredentials(kind);
    const on = `apps/${id}/channels/${kind}`;
    await audited(acted, services, on, ({ credentials }) => credentials.remove(id, kind));
    return { outcome: 'noContent' };
  },
});
