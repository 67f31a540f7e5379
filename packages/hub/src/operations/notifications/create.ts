// Posts a notification for a user, or replaces the living one of the same appNotificationId. The answer comes after the
// commit; streams and pushes follow it.
import {
  type FallbackPolicy,
  limits,
  type NotificationPost,
  type PlatformType,
  platformTypes,
} from '@carillon/protocol';
import { notificationPostSchema, notificationSchema } from '@carillon/protocol/schemas';
import { hashJson } from '../../lib/fingerprint.ts';
import { checkOwnLinks, type LinkRules, type OwnLink } from '../../model/content/link.ts';
import { checkVisual, storedVisual } from '../../model/content/visual-content.ts';
import { parseDateTime } from '../../model/date-time.ts';
import { denied, invalid } from '../../model/errors.ts';
import { foldName } from '../../model/fold-name.ts';
import { type Content, etagOf, notificationJson } from '../../model/notification.ts';
import type { AppPrincipal, UserPrincipal } from '../../model/principal.ts';
import { entity } from '../kernel/answer.ts';
import { openBodyReader } from '../kernel/body.ts';
import { type BodySpec, operation } from '../kernel/operation.ts';
import { type ReadPolicy, readPolicy } from './response-policy.ts';

const dayMs = 86_400_000;

export interface Posted {
  readonly post: NotificationPost;
  readonly expires: number;
  readonly policy: ReadPolicy | null;
  /** Of the body as it was sent, before its spelling is normalised: a retry has the same one. */
  readonly fingerprint: number;
  /** Links whose schemes the app must have registered. */
  readonly ownLinks: readonly OwnLink[];
}

const readPost = openBodyReader(notificationPostSchema);

/** The body of a create, and of its dry run. */
export const postedBody: BodySpec<Posted> = {
  schema: notificationPostSchema,
  bytesMax: limits.bodyBytes,
  read(json, { services }) {
    const fingerprint = hashJson(json);
    const post = readPost(json);
    checkPost(post);
    const ownLinks = checkVisuals(post, services);
    const expires = expiryOf(post, services.clock.now());
    return { post, expires, policy: readPolicy(post, expires), fingerprint, ownLinks };
  },
};

export const createNotification = operation({
  name: 'createNotification',
  method: 'POST',
  paths: ['/me/notifications', '/me/notifications/$ref', '/me/activities'],
  access: 'userOrApp',
  summary:
    'create a notification, or replace the living one with the same `appNotificationId`; the header `Carillon-Result` says which',
  // Graph documents that these two are not supported on a post.
  refusedHeaders: ['if-modified-since', 'if-range'],
  body: postedBody,
  answer: entity('notifications', notificationSchema, ['created', 'ok']),
  async run({ body, principal, user }, services) {
    const { post, expires, policy, fingerprint } = body;
    checkSender(body, principal);
    const { issuer, subject, name } = user;
    const { result, notification } = await services.post({
      kind: 'post',
      user: user.key,
      owner: principal.kind === 'user' ? { issuer, subject, name } : null,
      app: principal.app.id,
      id: services.newId(user.key),
      content: JSON.stringify(contentOf(post, policy)),
      appNotificationId: post.appNotificationId ?? null,
      sentAs: post.appNotificationId == null ? null : sentAs(post, fingerprint),
      expires,
      displaySeconds: post.displayTimeToLive ?? null,
      question: policy && { respondBy: policy.respondBy },
    });
    return {
      outcome: result === 'created' ? 'created' : 'ok',
      result,
      json: notificationJson(notification, services.clock.now()),
      location: `/me/notifications/${notification.id}`,
      etag: etagOf(notification),
      owner: user,
    };
  },
});

/** The rules between members, which no schema of a single member can express. */
function checkPost(post: NotificationPost): void {
  const { rawContent, visualContent } = post.payload;
  if (rawContent == null && visualContent == null) {
    throw invalid('Invalid payload: payload needs rawContent or visualContent, or both.', 'payload');
  }
  if (!post.fallbackPolicy) return;
  const { platformTypes: fallbackTargets } = post.fallbackPolicy.endpointFallback;
  const target = 'fallbackPolicy.endpointFallback.platformTypes';
  if (fallbackTargets.length !== 1 || fallbackTargets[0] !== 'ios')
    throw invalid(`"${target}" must be exactly ["ios"].`, target);
  if (rawContent == null) throw invalid('fallbackPolicy needs payload.rawContent.', 'fallbackPolicy');
  if (!targetsOf(post).includes('ios')) {
    throw invalid('fallbackPolicy needs ios among targetPolicy.platformTypes.', 'fallbackPolicy');
  }
}

function checkVisuals({ payload, fallbackPolicy }: NotificationPost, rules: LinkRules): OwnLink[] {
  const { visualContent } = payload;
  const fallback = fallbackPolicy?.endpointFallback.visualContent;
  return [
    ...(visualContent ? checkVisual(visualContent, 'payload.visualContent', rules) : []),
    ...(fallback ? checkVisual(fallback, 'fallbackPolicy.endpointFallback.visualContent', rules) : []),
  ];
}

function expiryOf({ expirationDateTime }: NotificationPost, now: number): number {
  if (expirationDateTime == null) return now + limits.expirationDaysDefault * dayMs;
  const expires = parseDateTime(expirationDateTime);
  const target = 'expirationDateTime';
  if (expires === null) {
    throw invalid(
      'expirationDateTime must be an RFC 3339 date and time such as 2030-01-31T12:00:00Z.',
      target,
    );
  }
  if (expires <= now) throw invalid('expirationDateTime is in the past.', target);
  if (expires > now + limits.expirationDaysMax * dayMs) {
    throw invalid(`expirationDateTime is more than ${limits.expirationDaysMax} days from now.`, target);
  }
  return expires;
}

/** What only the calling app can be asked: the schemes of its links, and its host names. */
export function checkSender(
  { post, ownLinks }: Posted,
  { app }: Pick<AppPrincipal | UserPrincipal, 'app'>,
): void {
  if (ownLinks.length > 0) checkOwnLinks(ownLinks, app.urlSchemes ?? []);
  if (app.hosts.includes(foldName(post.targetHostName))) return;
  throw denied('targetHostName is not a verified host name of the calling app.', 'targetHostName');
}

/** Compared beside the content, so the fingerprint only has to distinguish spellings of the same content. */
function sentAs({ displayTimeToLive, expirationDateTime }: NotificationPost, fingerprint: number): string {
  return `${fingerprint} ${displayTimeToLive ?? ''} ${expirationDateTime ?? ''}`;
}

function targetsOf({ targetPolicy }: NotificationPost): PlatformType[] {
  const targets = targetPolicy?.platformTypes;
  return targets?.length ? [...new Set(targets)] : [...platformTypes];
}

export function contentOf(post: NotificationPost, policy: ReadPolicy | null): Content {
  const { rawContent, visualContent } = post.payload;
  return {
    appNotificationId: post.appNotificationId ?? null,
    targetHostName: post.targetHostName,
    groupName: post.groupName ?? null,
    priority: post.priority ?? (visualContent ? 'High' : 'None'),
    payload: {
      ...(rawContent == null ? {} : { rawContent }),
      ...(visualContent ? { visualContent: storedVisual(visualContent) } : {}),
    },
    targetPolicy: { platformTypes: targetsOf(post) },
    fallbackPolicy: fallbackOf(post),
    ...(policy ? { responsePolicy: policy.answered } : {}),
  };
}

function fallbackOf({ fallbackPolicy }: NotificationPost): FallbackPolicy | null {
  if (!fallbackPolicy) return null;
  const { platformTypes: targets, fallbackDelayInSeconds, visualContent } = fallbackPolicy.endpointFallback;
  const visual = storedVisual(visualContent);
  return { endpointFallback: { platformTypes: targets, fallbackDelayInSeconds, visualContent: visual } };
}
