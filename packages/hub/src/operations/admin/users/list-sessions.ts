// Where a local user is signed in, for an operator.
// The tokens themselves are never shown.
import { userSessionSchema } from '@carillon/protocol/schemas';
import { listSessions } from '../../../auth/provider/grants/sessions.ts';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { peopleOf } from './user.ts';

export const listUserSessions = operation({
  name: 'listUserSessions',
  method: 'GET',
  paths: ['/admin/users/{user}/sessions'],
  access: 'operatorRead',
  summary: 'list where a local user is signed in, the last sign-in first',
  answer: collection('sessions', userSessionSchema, { context: null }),
  async run({ params, ...acted }, services) {
    const { id } = await peopleOf(acted, services).find(params.user);
    return {
      outcome: 'ok',
      body: { value: await listSessions(services.registry, id, services.clock.now()) },
    };
  },
});
