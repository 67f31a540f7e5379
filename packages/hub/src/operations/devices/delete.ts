// Removes a device of the caller, of whatever app: nothing is pushed to it any more, and the session that it is signed in with
// ends on every node. The caller's own session stays: a browser may have several apps, and this is one of them.
import { idOf, signOutSession } from '../../auth/provider/grants/sessions.ts';
import { nothing } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { findDevice } from './device.ts';

export const deleteOwnDevice = operation({
  name: 'deleteOwnDevice',
  method: 'DELETE',
  paths: ['/me/notificationDevices/{id}'],
  access: 'inbox',
  summary: 'remove a device of the caller, of any app, and sign it out',
  answer: nothing,
  async run({ params, user, identity, address }, services) {
    const { registry, clock, committer } = services;
    const { app, id, session } = await findDevice(params.id, user, services);
    const isCurrent = identity.session !== null && session === idOf(identity.session);
    // First, so that it can't register again meanwhile.
    if (session !== null && !isCurrent) {
      const author = { who: user.subject, from: address };
      await signOutSession(registry, { userId: user.subject, id: session, author, now: clock.now() });
    }
    await committer.commit({ kind: 'unsubscribe', user: user.key, app, id });
    return { outcome: 'noContent' };
  },
});
