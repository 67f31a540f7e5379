// Where the caller is signed in, with any app, for an inbox: a token of one app alone has no say in the others.
// Of an issuer that is not the hub's own there is nothing to list.
import { ownSessionSchema } from '@carillon/protocol/schemas';
import { idOf, listSessions } from '../../auth/provider/grants/sessions.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const listOwnSessions = operation({
  name: 'listOwnSessions',
  method: 'GET',
  paths: ['/me/sessions'],
  access: 'inbox',
  summary:
    'list where the caller is signed in at the embedded provider; `current` is the session of the token',
  answer: collection('sessions', ownSessionSchema),
  async run({ user, identity }, { registry, clock }) {
    const current = identity.session === null ? null : idOf(identity.session);
    const sessions = await listSessions(registry, user.subject, clock.now());
    return {
      outcome: 'ok',
      body: { value: sessions.map((each) => ({ ...each, current: each.id === current })) },
    };
  },
});
