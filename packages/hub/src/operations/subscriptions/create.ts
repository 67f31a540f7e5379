// Registers an installed place of the user, or replaces it: there is one for each user, app and installation. A push
// address belongs to whoever registered it last.
import { randomBytes } from 'node:crypto';
import { subscriptionPostSchema, subscriptionSchema } from '@carillon/protocol/schemas';
import { denied } from '../../model/errors.ts';
import { foldName } from '../../model/fold-name.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import { answerSubscription, leaseDefaultMs, readLease, sessionOf } from './subscription.ts';

export const createSubscription = operation({
  name: 'createSubscription',
  method: 'POST',
  paths: ['/me/notificationSubscriptions'],
  access: 'user',
  summary:
    'register an installed app of the user, or replace the subscription with the same `installationId`',
  body: bodyOf(subscriptionPostSchema, (post, { services: { clock, pushAddresses } }) => {
    const now = clock.now();
    const address = post.channel ? pushAddresses.read(post.channel) : null;
    return { post, address, leaseUntil: readLease(post.expirationDateTime, now) ?? now + leaseDefaultMs };
  }),
  answer: entity('notificationSubscriptions', subscriptionSchema, ['created', 'ok']),
  async run({ user, principal, body: { post, address, leaseUntil } }, services) {
    const { pushAddresses } = services;
    if (address) await pushAddresses.checkResolved(address);
    if (!principal.app.hosts.includes(foldName(post.targetHostName))) {
      throw denied('targetHostName is not a verified host name of the calling app.', 'targetHostName');
    }
    const now = services.clock.now();
    const { result, subscription } = await services.committer.commit({
      kind: 'subscribe',
      user: user.key,
      owner: { issuer: user.issuer, subject: user.subject, name: user.name },
      subscription: {
        user: user.key,
        app: principal.app.id,
        id: randomBytes(16).toString('base64url'),
        installationId: post.installationId,
        targetHostName: post.targetHostName,
        displayName: post.displayName ?? null,
        platform: post.platformType,
        notificationType: post.notificationType ?? 'notificationWithPayload',
        ...pushAddresses.addressed(principal.app.id, address),
        seesAll: principal.visibility === null,
        leaseUntil,
        created: now,
        registered: now,
        session: sessionOf(principal, services),
      },
    });
    const body = answerSubscription(subscription, services);
    const outcome = result === 'created' ? 'created' : 'ok';
    return { outcome, body, location: `/me/notificationSubscriptions/${body.id}` };
  },
});
