// Where a person is signed in at the embedded provider, for an operator.
// The tokens themselves are never shown. Somebody of another issuer is signed in nowhere here.
import { userSessionSchema } from '@carillon/protocol/schemas';
import { listSessions } from '../../../auth/provider/grants/sessions.ts';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findPerson } from './person.ts';

export const listUserSessions = operation({
  name: 'listUserSessions',
  method: 'GET',
  paths: ['/admin/users/{user}/sessions'],
  access: 'operatorRead',
  summary: 'list where a person is signed in, the last sign-in first',
  answer: collection('sessions', userSessionSchema, { context: null }),
  async run({ params }, services) {
    const { id } = await findPerson(params.user, services);
    return {
      outcome: 'ok',
      body: { value: await listSessions(services.registry, id, services.clock.now()) },
    };
  },
});
