// Replaces the signing secret and answers the new one. For 24 hours webhooks are signed with both, so that a receiver can
// change over.
import { createdChangeSubscriptionSchema } from '@carillon/protocol/schemas';
import { oldSecretMs } from '../../model/change-subscription.ts';
import { makeSigningSecret } from '../../webhooks/signature.ts';
import { entity } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import {
  answerChangeSubscription,
  changeOwn,
  changeSubscriptionPath,
  noChangeSubscription,
} from './change-subscription.ts';

export const rotateWebhookSecret = operation({
  name: 'rotateWebhookSecret',
  method: 'POST',
  paths: [`${changeSubscriptionPath}/rotateSecret`],
  access: 'appOrUser',
  summary: 'sign with a new secret, which is answered once; the one before counts for 24 hours',
  answer: entity('/subscriptions', createdChangeSubscriptionSchema),
  async run({ params, principal }, services) {
    const made = makeSigningSecret();
    const until = services.clock.now() + oldSecretMs;
    const after = await changeOwn(params.id, principal, services, (before) => ({
      ...before,
      // Two at most: one that was replaced before the last ends now.
      secrets: [made, ...before.secrets.slice(0, 1).map((old) => ({ ...old, until }))],
    }));
    if (!after) throw noChangeSubscription();
    return { outcome: 'ok', body: { ...answerChangeSubscription(after), signingSecret: made.text } };
  },
});
