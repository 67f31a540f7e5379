// Renews the lease of a subscription, or changes its push address, its name or what it is sent.
// What is left out stays.
import { subscriptionPatchSchema, subscriptionSchema } from '@carillon/protocol/schemas';
import type { RenewWrite } from '../../model/write.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import { answerSubscription, readId, readLease, sessionOf } from './subscription.ts';

export const updateSubscription = operation({
  name: 'updateSubscription',
  method: 'PATCH',
  paths: ['/me/notificationSubscriptions/{id}'],
  access: 'user',
  summary: 'renew it, or change its channel, name or notification type',
  body: bodyOf(subscriptionPatchSchema, (body, { services: { clock, pushAddresses } }) => {
    const { channel, displayName, notificationType, expirationDateTime } = body;
    const leaseUntil = readLease(expirationDateTime, clock.now());
    const patch: RenewWrite['patch'] = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(notificationType === undefined ? {} : { notificationType }),
      ...(leaseUntil === null ? {} : { leaseUntil }),
    };
    return { address: channel && pushAddresses.read(channel), patch };
  }),
  answer: entity('notificationSubscriptions', subscriptionSchema),
  async run({ params, user, principal, body }, services) {
    const { pushAddresses } = services;
    const { address } = body;
    const id = readId(params.id, user, services);
    if (address) await pushAddresses.checkResolved(address);
    const app = principal.app.id;
    const addressed = address === undefined ? {} : pushAddresses.addressed(app, address);
    const session = sessionOf(principal, services);
    const patch = { ...body.patch, ...addressed, ...(session === null ? {} : { session }) };
    const renewed = await services.committer.commit({ kind: 'renew', user: user.key, app, id, patch });
    return { outcome: 'ok', body: answerSubscription(renewed.subscription, services) };
  },
});
