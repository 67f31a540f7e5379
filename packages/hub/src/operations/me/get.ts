// Who the caller is, as clients of Graph ask after a sign-in. A token tells no other name than the user principal name, so
// that is what the user is called.
import { ownUserSchema } from '@carillon/protocol/schemas';
import { rootEntity } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pick, select } from '../kernel/query.ts';

export const getMe = operation({
  name: 'getMe',
  method: 'GET',
  paths: ['/me'],
  access: 'user',
  summary: 'read who the caller is',
  query: { $select: select(Object.keys(ownUserSchema.properties)) },
  answer: rootEntity('users', ownUserSchema),
  run({ query: { $select: selected }, user: { subject, name } }) {
    const body = { id: subject, userPrincipalName: name, displayName: name };
    return { outcome: 'ok', json: JSON.stringify(selected ? pick(body, selected) : body) };
  },
});
