// A dry run of a create: what would be pushed to which of the user's devices, and why not to the others. Nothing is
// written, and the answer contains neither a device's address nor a token.
import type { Explanation, VisualMember } from '@carillon/protocol';
import { explanationSchema, Type } from '@carillon/protocol/schemas';
import type { App, AppId } from '../../model/app.ts';
import { type Content, checkDeadline, isAlive, type StoredNotification } from '../../model/notification.ts';
import { type Preferences, readPreferences } from '../../model/preferences/preferences.ts';
import { silenceOf } from '../../model/preferences/silence.ts';
import type { UserKey } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { PushedNotification } from '../../push/channels/contract.ts';
import type { ChannelDescriptor } from '../../push/channels/descriptor.ts';
import { registeredAt } from '../../push/plan/decide.ts';
import { decisionOf, isToldOf, unknownChannel } from '../../push/plan/plan.ts';
import { droppedCodes } from '../../store/codes.ts';
import { plain } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';
import { operation } from '../kernel/operation.ts';
import { checkSender, contentOf, type Posted, postedBody } from './create.ts';

export const explainNotification = operation({
  name: 'explainNotification',
  method: 'POST',
  paths: ['/me/notifications/explain'],
  access: 'user',
  summary:
    'dry-run a create with the same body: what would be pushed to which device, and why not; nothing is posted',
  body: postedBody,
  answer: plain(Type.Object({ value: Type.Array(explanationSchema) }, { additionalProperties: false })),
  async run({ body, principal, user }, services) {
    const { app, visibility } = principal;
    const value = await explainFor({ body, app, visibility, user: user.key }, services);
    return { outcome: 'ok', body: { value } };
  },
});

export interface DryRun {
  readonly body: Posted;
  readonly app: App;
  /** The one app whose devices the answer may name; null for all. */
  readonly visibility: AppId | null;
  readonly user: UserKey;
}

export async function explainFor(
  { body, app: sender, visibility, user }: DryRun,
  services: Services,
): Promise<Explanation[]> {
  const { post, expires, policy } = body;
  checkSender(body, { app: sender });
  const app = sender.id;
  const content = contentOf(post, policy);
  const now = services.clock.now();
  if (policy) checkDeadline(policy.respondBy, now);
  const replaced = await readNamesake(user, app, post.appNotificationId, services);
  const displaySeconds = post.displayTimeToLive ?? null;
  const notification: PushedNotification = {
    id: replaced?.id ?? services.newId(user),
    groupName: content.groupName,
    priority: content.priority,
    expires,
    displayUntil: displaySeconds === null ? null : now + displaySeconds * 1000,
  };
  const subscriptions = await services.read.subscriptionsOfUser(user);
  const told = subscriptions
    .filter((each) => isToldOf(app, each))
    // The answer reveals nothing of another app's devices.
    .filter((each) => visibility === null || each.app === visibility);
  const { unread } = await services.read.position(user, app);
  const unreadCount = unread + (replaced?.readState === 'unread' ? 0 : 1);
  const feed = await services.read.owner(user);
  const preferences = readPreferences(feed?.preferences ?? null);
  const explained = { of: app, content, notification, unreadCount, preferences, now };
  return told.map((each) => explain(each, explained, services));
}

/** The living notification that the post would replace. */
async function readNamesake(
  user: UserKey,
  app: AppId,
  appNotificationId: string | null | undefined,
  { read, clock }: Services,
): Promise<StoredNotification | null> {
  if (appNotificationId == null) return null;
  const row = await read.named(user, app, appNotificationId);
  return row && isAlive(row, clock.now()) ? row : null;
}

interface Explained {
  /** The app that would post it. */
  readonly of: AppId;
  readonly content: Content;
  readonly notification: PushedNotification;
  readonly unreadCount: number;
  readonly preferences: Preferences;
  readonly now: number;
}

function explain(subscription: StoredSubscription, explained: Explained, services: Services): Explanation {
  const { of, content, unreadCount, preferences, now } = explained;
  const { user, app, platform, channel } = subscription;
  const base = { subscriptionId: services.unsIds.write(user, subscription.id), platform };
  const open = channel && services.channels.get(channel.type);
  const silence = silenceOf(preferences, { app: of, content, device: subscription.id }, now);
  const canClear = open?.descriptor.flags.canClear ?? false;
  const decision = decisionOf(content, subscription, { now, silence, canClear });
  const skip = (why: string): Explanation => ({
    ...base,
    decision: 'skip',
    reason: why,
    dropped: [],
    request: null,
  });
  if (decision.decision === 'skip' || channel === null) return skip(decision.reason);
  if (!open) return skip(unknownChannel.reason);
  const { visual, reason } = decision;
  const notification =
    silence === null ? explained.notification : { ...explained.notification, priority: 'Low' as const };
  const push = {
    kind: 'notify' as const,
    app,
    user,
    channel,
    platform: subscription.platform,
    registeredAt: registeredAt(subscription, now),
    visual,
    notification,
    unreadCount,
    close: [],
    now,
    silence,
  };
  const { dropped, ...request } = open.channel.describe(push);
  const why = reason + waitsFor(app, open.descriptor, services);
  return { ...base, decision: 'push', reason: why, dropped: inOrder(dropped), request };
}

/** As a delivery has them. */
function inOrder(dropped: readonly VisualMember[]): VisualMember[] {
  return droppedCodes.names.filter((name) => dropped.includes(name));
}

function waitsFor(app: string, descriptor: ChannelDescriptor, { hasCredentials }: Services): string {
  if (hasCredentials(app, descriptor)) return '';
  return `, which waits until an operator sets the ${descriptor.type} credentials of the app`;
}
