// Signs one session of the caller out, such as that of a device that was lost.
// Its refresh tokens end, its access tokens and streams on every node, and its browser must sign in again.
import { signOutSession } from '../../auth/provider/grants/sessions.ts';
import { notFound } from '../../model/errors.ts';
import { nothing } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const deleteOwnSession = operation({
  name: 'deleteOwnSession',
  method: 'DELETE',
  paths: ['/me/sessions/{id}'],
  access: 'inbox',
  summary: 'sign one session of the caller out, on every node',
  answer: nothing,
  async run({ params, user, address }, { registry, clock }) {
    const author = { who: user.subject, from: address };
    const asked = { userId: user.subject, id: params.id, author, now: clock.now() };
    if (!(await signOutSession(registry, asked))) throw notFound();
    return { outcome: 'noContent' };
  },
});
