// Registers an endpoint that is told of changes. Both of its URLs must answer the handshake before anything is stored. The
// signing secret is in this answer and in no other.
import { randomUUID } from 'node:crypto';
import { webhookLimits } from '@carillon/protocol';
import { changeSubscriptionPostSchema, createdChangeSubscriptionSchema } from '@carillon/protocol/schemas';
import {
  type ChangeType,
  changeTypes,
  reauthorizeAtOf,
  type WatchedResource,
  watchedResources,
} from '../../model/change-subscription.ts';
import { denied, invalid } from '../../model/errors.ts';
import { isSameName } from '../../model/fold-name.ts';
import type { AppPrincipal, UserPrincipal } from '../../model/principal.ts';
import { readCertificate } from '../../webhooks/encrypted-content.ts';
import { makeSigningSecret } from '../../webhooks/signature.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import { answerChangeSubscription, readExpiration } from './change-subscription.ts';

export const createChangeSubscription = operation({
  name: 'createChangeSubscription',
  method: 'POST',
  paths: ['/subscriptions'],
  access: 'appOrUser',
  summary: 'have an endpoint told of changes by webhook; `signingSecret` is answered once',
  body: bodyOf(changeSubscriptionPostSchema, (post, { services: { clock, endpoints } }) => {
    const { includeResourceData, encryptionCertificate, lifecycleNotificationUrl: lifecycle } = post;
    if (includeResourceData && encryptionCertificate == null)
      throw invalid('"encryptionCertificate" is required with resource data.', 'encryptionCertificate');
    const notificationUrl = endpoints.read(post.notificationUrl, 'notificationUrl');
    return {
      changeTypes: readChangeTypes(post.changeType),
      path: post.resource.replace(/^\/|\/$/g, ''),
      expires: readExpiration(post.expirationDateTime, clock.now()),
      notificationUrl,
      lifecycleUrl: lifecycle == null ? null : endpoints.read(lifecycle, 'lifecycleNotificationUrl'),
      clientState: post.clientState ?? null,
      withData: includeResourceData ?? false,
      certificate: encryptionCertificate == null ? null : readCertificate(encryptionCertificate),
      certificateId: post.encryptionCertificateId ?? null,
      latestTls: post.latestSupportedTlsVersion ?? 'v1_2',
    };
  }),
  answer: entity('/subscriptions', createdChangeSubscriptionSchema, ['created']),
  async run({ principal, user, body }, { registry, clock, endpoints }) {
    const { path, ...asked } = body;
    const resource = readResource(path, principal);
    checkTypes(asked.changeTypes, resource);
    await endpoints.check(asked.notificationUrl, 'notificationUrl');
    if (asked.lifecycleUrl !== null) await endpoints.check(asked.lifecycleUrl, 'lifecycleNotificationUrl');
    const now = clock.now();
    const secret = makeSigningSecret();
    const created = {
      ...asked,
      ...{ id: randomUUID(), version: 1, app: principal.app.id, clientId: principal.clientId, resource },
      user: user?.key ?? null,
      issuer: principal.origin.issuer,
      subject: user?.subject ?? '',
      seesAll: principal.kind === 'user' && principal.visibility === null,
      reauthorizeAt: reauthorizeAtOf(now, asked.expires),
      ...{ events: [], ended: false, created: now, template: null, isPrivate: false, secrets: [secret] },
    };
    await registry.changeSubscriptions.add(created, {
      ofOwner: webhookLimits.changeSubscriptionsPerUserAndApp,
      ofAll: webhookLimits.changeSubscriptions,
    });
    return {
      outcome: 'created',
      body: { ...answerChangeSubscription(created), signingSecret: secret.text },
      location: `/subscriptions/${created.id}`,
    };
  },
});

function readChangeTypes(text: string): ChangeType[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const read = names.map((name) => {
    const type = changeTypes.find((each) => each === name);
    if (type) return type;
    throw invalid(`"changeType" names one or more of ${changeTypes.join(', ')}.`, 'changeType');
  });
  return [...new Set(read)];
}

function readResource(path: string, principal: UserPrincipal | AppPrincipal): WatchedResource {
  const resource = watchedResources.find((each) => each.toLowerCase() === path.toLowerCase());
  if (resource === undefined) return readUserPath(path, principal);
  const isOfUser = resource === 'me/notifications';
  if (isOfUser === (principal.kind === 'user')) return resource;
  throw denied(
    isOfUser
      ? 'An app-only token names no user: watch users/getAllNotifications or users/getAllDeliveries.'
      : `Only an app by itself may watch ${resource}: use an app-only token.`,
    'resource',
  );
}

/** A user's own, as a segment or as a key in quotes. */
const ofUser = /^users(?:\/([^/]+)|\('((?:[^'/]|'')+)'\))\/notifications$/i;

/** `me` may be written `users/{id | userPrincipalName}` or `users('…')`. */
function readUserPath(path: string, principal: UserPrincipal | AppPrincipal): WatchedResource {
  const [, segment, key] = ofUser.exec(path) ?? [];
  const named = segment ?? key?.replaceAll("''", "'");
  if (named === undefined)
    throw invalid(`"resource" must be one of ${watchedResources.join(', ')}.`, 'resource');
  const name = decodeName(named);
  const isOwn =
    principal.kind === 'user' && (name === principal.user.subject || isSameName(name, principal.user.name));
  if (isOwn) return 'me/notifications';
  throw denied('The caller can not watch the notifications of that user.', 'resource');
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function checkTypes(types: readonly ChangeType[], resource: WatchedResource): void {
  if (resource !== 'users/getAllDeliveries' || types.every((type) => type === 'updated')) return;
  throw invalid('A delivery is only "updated", when it has ended.', 'changeType');
}
