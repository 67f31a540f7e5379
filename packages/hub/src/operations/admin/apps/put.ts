// Creates an app or replaces it: members that the body leaves out become empty. Secrets of known clients stay unless the
// body asks for new ones.
import { appAnswerSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { appBody, changeApp } from './app.ts';
import { readClients } from './app-members.ts';
import { allOf } from './shown-members.ts';

export const putApp = operation({
  name: 'putApp',
  method: 'PUT',
  paths: ['/admin/apps/{appId}'],
  access: 'operator',
  summary:
    'create the app or replace it; members that the body leaves out become empty. Only this answer shows a new secret, as `clientSecret`',
  body: appBody,
  answer: plain(appAnswerSchema, ['created', 'ok']),
  async run({ params, body, ...acted }, services) {
    const id = params.appId;
    readClients(id, []);
    const { hosts = [], clients = [], blocked = false, issuers = [], ...rest } = body;
    const shown = allOf(body.shown);
    return changeApp(acted, services, { ...rest, id, hosts, clients, blocked, issuers, shown });
  },
});
