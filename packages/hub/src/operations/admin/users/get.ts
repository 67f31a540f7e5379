// Reads one person of any issuer, by name or id: the account where it is local, and how much the hub holds.
// The hash of the password is never answered.
import { personSchema } from '@carillon/protocol/schemas';
import { listSessions } from '../../../auth/provider/grants/sessions.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { findPerson, watchesOf } from './person.ts';
import { showUser } from './user.ts';

export const getUser = operation({
  name: 'getUser',
  method: 'GET',
  paths: ['/admin/users/{user}'],
  access: 'operatorRead',
  summary: 'read a person of any issuer, by name or id, and how much the hub holds of them',
  answer: plain(personSchema),
  async run({ params }, services) {
    const { read, registry, clock, storageBytesMax: bytesMax } = services;
    const { id, local, feed, issuer } = await findPerson(params.user, services);
    const now = clock.now();
    const foreign = { id, name: feed?.name ?? id, operator: false, operatorRead: false, disabled: false };
    const [notifications, subscriptions, stored] = feed
      ? await Promise.all([
          read.count(feed.user, null, now),
          read.subscriptionsOfUser(feed.user),
          read.stored(feed.user),
        ])
      : [0, [], []];
    return {
      outcome: 'ok',
      body: {
        ...(local ? showUser(local) : foreign),
        ...{ local: local !== null, issuer, notifications },
        subscriptions: subscriptions.length,
        changeSubscriptions: watchesOf(id, services).length,
        sessions: (await listSessions(registry, id, now)).length,
        storage: stored
          .map(({ app, contentBytes }) => ({ appId: app, bytes: contentBytes, bytesMax }))
          .sort((a, b) => (a.appId < b.appId ? -1 : 1)),
      },
    };
  },
});
