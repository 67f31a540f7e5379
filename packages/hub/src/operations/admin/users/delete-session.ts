// Signs one session of a local user out, such as that of a device that was lost.
// Its refresh tokens end, its access tokens and streams on every node, and its browser must sign in again.
import { signOutSession } from '../../../auth/provider/grants/sessions.ts';
import { notFound } from '../../../model/errors.ts';
import { nothing } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { peopleOf } from './user.ts';

export const deleteUserSession = operation({
  name: 'deleteUserSession',
  method: 'DELETE',
  paths: ['/admin/users/{user}/sessions/{id}'],
  access: 'operator',
  summary: 'sign one session of a local user out, on every node',
  answer: nothing,
  async run({ params, ...acted }, services) {
    const user = await peopleOf(acted, services).find(params.user);
    const author = { who: acted.principal.id, from: acted.address };
    const asked = { userId: user.id, id: params.id, author, now: services.clock.now() };
    if (!(await signOutSession(services.registry, asked))) throw notFound();
    return { outcome: 'noContent' };
  },
});
