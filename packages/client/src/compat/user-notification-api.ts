// `UserNotificationApiImpl` of Microsoft's preview web SDK (npm: @microsoft/user-notifications-client, 0.1.7), over this
// hub. The surface is the one that Microsoft's sample app uses; docs/compat.md has the sources.
import { type Clock, HubClock } from '../clock.ts';
import { Requests } from '../requests/requests.ts';
import { handledAs } from '../service-worker/decide.ts';
import { readUpdates } from '../service-worker/read-updates.ts';
import { channelOf } from '../web-push/channel.ts';
import { digestOf, readPush } from '../web-push/push-content.ts';
import {
  type ProcessPushNotificationResult,
  resultOf,
  UserNotificationApiResultStatus,
  type UserNotificationSubscriptionResult,
  type UserNotificationsResult,
  type UserNotificationUpdateResult,
} from './results.ts';
import {
  actionStates,
  carriedBy,
  toUserNotification,
  type UserNotification,
  UserNotificationUserActionState,
} from './user-notification.ts';

export interface ApiOptions {
  /** The hub's public URL. Default: `UserNotificationApiImpl.baseUrl`. */
  readonly baseUrl?: string;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** Microsoft's call has no time for a snooze; the hub needs one. */
const snoozeMs = 3_600_000;
/** Beyond it, a push that arrives twice may be reported twice. */
const seenMax = 1000;

type BrowserSubscription = Pick<PushSubscription, 'toJSON'> & Partial<PushSubscription>;

export class UserNotificationApiImpl {
  /** For all instances without one of their own. Default: where the script comes from. */
  static baseUrl: string = globalThis.location?.origin ?? 'http://127.0.0.1:4280';

  /** The user's token for the hub. The page sets it again whenever it has a new one. */
  oAuthAccessToken: string | null;
  readonly #options: ApiOptions;
  readonly #clock: Clock;
  #subscriptionId: string | null = null;
  /** Where the last push was read up to; a new worker begins at the push that woke it. */
  #cursor: string | null = null;
  /** Ids that an earlier push has reported. */
  readonly #seen = new Set<string>();

  constructor(accessToken: string | null, options: ApiOptions = {}) {
    this.oAuthAccessToken = accessToken;
    this.#options = options;
    this.#clock = options.clock ?? new HubClock();
  }

  /** `crossDeviceAppId` is a verified host name of the app. */
  subscribeToUserNotificationsAsync(
    crossDeviceAppId: string,
    appDisplayName: string,
    pushSubscription: BrowserSubscription,
  ): Promise<UserNotificationSubscriptionResult> {
    const failed = { userNotificationSubscriptionId: null, expirationDateTime: null };
    return resultOf<Omit<UserNotificationSubscriptionResult, 'status' | 'errorMessage'>>(failed, async () => {
      const requests = this.#requests();
      const usable = await forKey(pushSubscription, await requests.vapidPublicKey());
      const { id, expirationDateTime } = await requests.subscribe({
        targetHostName: crossDeviceAppId,
        installationId: await digestOf('web push', usable.toJSON().endpoint),
        displayName: appDisplayName,
        platformType: 'webPush',
        channel: channelOf(usable),
        // A worker that was stopped has no token until a page sends it one: the words of a push have to travel in it.
        notificationType: 'notificationWithPayload',
      });
      this.#subscriptionId = id;
      return { userNotificationSubscriptionId: id, expirationDateTime: new Date(expirationDateTime) };
    });
  }

  /** Without an id it ends the subscription that this instance made. */
  unsubscribeFromUserNotificationsAsync(
    userNotificationSubscriptionId: string | null = this.#subscriptionId,
  ): Promise<UserNotificationUpdateResult> {
    return this.#update(async (requests) => {
      if (userNotificationSubscriptionId === null) throw new Error('There is no subscription to end.');
      await requests.unsubscribe(userNotificationSubscriptionId);
      this.#subscriptionId = null;
    });
  }

  /** The whole history, newest first. */
  getAllNotificationsAsync(): Promise<UserNotificationsResult> {
    return resultOf<{ userNotifications: UserNotification[] }>({ userNotifications: [] }, async () => {
      const requests = this.#requests();
      const userNotifications: UserNotification[] = [];
      let next: string | null = null;
      do {
        const page = await requests.list({ pageSize: 100, next });
        userNotifications.push(...page.items.map(toUserNotification));
        next = page.next;
      } while (next !== null);
      return { userNotifications };
    });
  }

  /**
   * Reads from the hub what a push stands for: what is new and not handled on any device. Without a token or a network it
   * answers what the push itself says.
   */
  async processPushNotificationAsync(
    notificationPayload: string | null | undefined,
  ): Promise<ProcessPushNotificationResult> {
    const push = readPush(notificationPayload ?? undefined);
    const isUserNotificationPush = push !== null;
    const nothing: Omit<ProcessPushNotificationResult, 'status' | 'errorMessage'> = {
      isUserNotificationPush,
      userNotifications: [],
    };
    const carried = push && carriedBy(push, this.#clock.now());
    const processed = await resultOf(nothing, async () => {
      if (!push) return nothing;
      const named = push.notificationId === undefined ? [] : [push.notificationId];
      const unseen = named.filter((id) => !this.#seen.has(id));
      const updates = await readUpdates(this.#requests(), this.#cursor, { named, unseen, displayed: [] });
      this.#cursor = updates.cursor;
      if (this.#seen.size > seenMax) this.#seen.clear();
      for (const { id } of updates.values) this.#seen.add(id);
      const open = new Map(updates.values.map((value) => [value.id, value]));
      const userNotifications = [...open.values()].flatMap((value) =>
        '@removed' in value || handledAs(value, this.#clock.now()) !== 'no' ? [] : toUserNotification(value),
      );
      return { isUserNotificationPush, userNotifications };
    });
    if (!carried || processed.status === UserNotificationApiResultStatus.Succeeded) return processed;
    return {
      ...processed,
      status: UserNotificationApiResultStatus.Succeeded,
      userNotifications: [carried],
    };
  }

  updateNotificationReadStateAsync(
    notificationId: string,
    readState: boolean,
  ): Promise<UserNotificationUpdateResult> {
    return this.#update((requests) =>
      requests.updateState(notificationId, { readState: readState ? 'read' : 'unread' }),
    );
  }

  /** `snoozeUntil` is ours; default: an hour from now. */
  updateNotificationUserActionStateAsync(
    notificationId: string,
    userActionState: UserNotificationUserActionState,
    snoozeUntil?: Date,
  ): Promise<UserNotificationUpdateResult> {
    const until = snoozeUntil ?? new Date(this.#clock.now() + snoozeMs);
    const isSnooze = userActionState === UserNotificationUserActionState.Snoozed;
    return this.#update((requests) =>
      requests.updateState(notificationId, {
        userActionState: actionStates[userActionState],
        ...(isSnooze ? { snoozeUntilDateTime: until.toISOString() } : {}),
      }),
    );
  }

  deleteNotificationAsync(notificationId: string): Promise<UserNotificationUpdateResult> {
    return this.#update((requests) => requests.delete(notificationId));
  }

  async #update(call: (requests: Requests) => Promise<unknown>): Promise<UserNotificationUpdateResult> {
    return resultOf<object>({}, async () => {
      await call(this.#requests());
      return {};
    });
  }

  /** One a call: the token may have been set anew in between. */
  #requests(): Requests {
    const { baseUrl = UserNotificationApiImpl.baseUrl, fetch } = this.#options;
    const token = async () => {
      if (this.oAuthAccessToken === null) throw new Error('There is no access token.');
      return this.oAuthAccessToken;
    };
    return new Requests({ baseUrl, token, device: this.#subscriptionId, clock: this.#clock, fetch });
  }
}

/**
 * The sample app subscribes its browser with the key of Microsoft's service, and the push service then refuses the hub's
 * pushes: such a subscription is replaced by one with the hub's key.
 */
async function forKey(subscription: BrowserSubscription, key: string): Promise<BrowserSubscription> {
  const bytes = subscription.options?.applicationServerKey;
  if (!bytes || !subscription.unsubscribe || encode(bytes) === key) return subscription;
  const { pushManager } = await navigator.serviceWorker.ready;
  await subscription.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function encode(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
