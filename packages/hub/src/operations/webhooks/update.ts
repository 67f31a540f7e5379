// Renews a change subscription, which authorizes it anew too, or moves it to another endpoint, which must answer the
// handshake before.
import { changeSubscriptionPatchSchema, changeSubscriptionSchema } from '@carillon/protocol/schemas';
import { reauthorizeAtOf } from '../../model/change-subscription.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import {
  answerChangeSubscription,
  changeOwn,
  changeSubscriptionPath,
  findOwn,
  noChangeSubscription,
  readExpiration,
} from './change-subscription.ts';

export const updateChangeSubscription = operation({
  name: 'updateChangeSubscription',
  method: 'PATCH',
  paths: [changeSubscriptionPath],
  access: 'appOrUser',
  summary: 'renew it, or change its `notificationUrl`',
  body: bodyOf(changeSubscriptionPatchSchema, (patch, { services: { clock, endpoints } }) => {
    const { expirationDateTime: text, notificationUrl: url } = patch;
    return {
      expires: text === undefined ? null : readExpiration(text, clock.now()),
      url: url === undefined ? null : endpoints.read(url, 'notificationUrl'),
    };
  }),
  answer: entity('/subscriptions', changeSubscriptionSchema),
  async run({ params, principal, body: { expires, url } }, services) {
    const { endpoints, clock } = services;
    await findOwn(params.id, principal, services);
    if (url !== null) await endpoints.check(url, 'notificationUrl');
    const renewed = expires === null ? {} : { expires, reauthorizeAt: reauthorizeAtOf(clock.now(), expires) };
    const moved = url === null ? {} : { notificationUrl: url };
    const after = await changeOwn(params.id, principal, services, (before) => ({
      ...before,
      ...renewed,
      ...moved,
    }));
    if (!after) throw noChangeSubscription();
    return { outcome: 'ok', body: answerChangeSubscription(after) };
  },
});
