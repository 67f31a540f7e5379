// Lists the push credentials of an app, without their secrets.
// A channel that is not among them has none, and its pushes wait.
import { shownCredentialsSchema } from '@carillon/protocol/schemas';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findApp } from '../audited.ts';
import { showChannel } from './channel.ts';

export const listChannels = operation({
  name: 'listChannels',
  method: 'GET',
  paths: ['/admin/apps/{appId}/channels'],
  access: 'operatorRead',
  summary: 'list the push credentials of an app, without secrets',
  answer: collection('channels', shownCredentialsSchema, { context: null }),
  async run({ params }, { registry }) {
    const { id } = findApp(params.appId, registry);
    return { outcome: 'ok', body: { value: registry.credentials.list(id).map(showChannel) } };
  },
});
