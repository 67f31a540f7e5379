// Changes the members of an app that the body has, and keeps the others.
// A blocked app is refused from its next request.
import { appAnswerSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findApp } from '../audited.ts';
import { appBody, changeApp } from './app.ts';

export const updateApp = operation({
  name: 'updateApp',
  method: 'PATCH',
  paths: ['/admin/apps/{appId}'],
  access: 'operator',
  summary: 'change the members of the app that the body has, such as `{"blocked":true}`',
  body: appBody,
  answer: plain(appAnswerSchema),
  async run({ params, body, ...acted }, services) {
    const { id } = findApp(params.appId, services.registry);
    return changeApp(acted, services, { id, ...body });
  },
});
