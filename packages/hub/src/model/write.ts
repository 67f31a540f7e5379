// The nouns of the commit: the writes to a feed, their outcomes, and the changes that are published.
// Plain data only: writes travel to the store's own thread, and outcomes come back.
import type { ErrorKind, ReceiptKind, StateUpdateResult } from '@carillon/protocol';
import type { AppId } from './app.ts';
import type { BacklogResult } from './change-subscription.ts';
import type { ChannelCode, DeliveryKey, DeliveryResult } from './delivery.ts';
import type { Asking, StoredNotification } from './notification.ts';
import type { Preferences } from './preferences/preferences.ts';
import type { UserKey, Visibility } from './principal.ts';
import type { StateChange } from './state.ts';
import type { StoredSubscription } from './subscription.ts';

/** Who a feed belongs to, kept with it so that links can name the user. */
export interface FeedOwner {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
}

export interface PostWrite {
  readonly kind: 'post';
  readonly user: UserKey;
  /** Null when the feed must exist already (an app-only post follows a subscription). */
  readonly owner: FeedOwner | null;
  readonly app: AppId;
  /** The id it gets when it is a new one, unless the feed's newest is higher. */
  readonly id: string;
  readonly content: string;
  readonly appNotificationId: string | null;
  readonly sentAs: string | null;
  readonly expires: number;
  readonly displaySeconds: number | null;
  /** Null where nothing is asked. */
  readonly question: Pick<Asking, 'respondBy'> | null;
  /** What the living notifications of this user and app may hold, in bytes of content. */
  readonly storageBytesMax: number;
  /** Handled ones that may go when it does not fit, the oldest first. Null at the first try, which looks at none. */
  readonly evictable: readonly string[] | null;
}

export interface StateWrite {
  readonly kind: 'state';
  readonly user: UserKey;
  readonly visibility: Visibility;
  /** At least one; several only without `ifMatch`. */
  readonly targets: readonly StateTarget[];
  readonly change: StateChange;
  readonly ifMatch: string | null;
  /** The subscription of the device that acts, which gets no tap for its own change. */
  readonly acting: string | null;
}

export interface StateTarget {
  readonly id: string;
  /** Applies only to this content or a newer one. */
  readonly contentVersion: number | null;
}

export interface DeleteWrite {
  readonly kind: 'delete';
  readonly user: UserKey;
  readonly visibility: Visibility;
  readonly id: string;
  readonly ifMatch: string | null;
  readonly acting: string | null;
}

/** A user's answer to a question. */
export interface RespondWrite {
  readonly kind: 'respond';
  readonly user: UserKey;
  readonly visibility: Visibility;
  readonly id: string;
  readonly actionId: string;
  readonly text: string | null;
  /** The content that was answered; an older one than the stored is refused. */
  readonly contentVersion: number | null;
  readonly ifMatch: string | null;
  readonly acting: string | null;
}

/** Timers are hints: the plan checks under the feed's lock that it is still due. */
export interface TimerWrite {
  readonly kind: 'expire' | 'wake' | 'purge' | 'deadline';
  /** At least one, of any users; what is not due any more changes nothing. */
  readonly due: readonly Due[];
}

/** A notification that may be due. */
export interface Due {
  readonly user: UserKey;
  readonly id: string;
}

export interface SubscribeWrite {
  readonly kind: 'subscribe';
  readonly user: UserKey;
  readonly owner: FeedOwner;
  readonly subscription: StoredSubscription;
}

export interface RenewWrite {
  readonly kind: 'renew';
  readonly user: UserKey;
  readonly app: AppId;
  readonly id: string;
  readonly patch: Partial<
    Pick<
      StoredSubscription,
      'displayName' | 'channel' | 'addressHash' | 'notificationType' | 'leaseUntil' | 'session'
    >
  >;
}

export interface UnsubscribeWrite {
  readonly kind: 'unsubscribe';
  readonly user: UserKey;
  readonly app: AppId;
  readonly id: string;
}

/** A push address that its provider reported as dead: ends the subscription that still has it. */
export interface GoneWrite {
  readonly kind: 'gone';
  readonly user: UserKey;
  readonly app: AppId;
  readonly id: string;
  readonly addressHash: string;
  /** That registration of it, and no later one. */
  readonly registered: number;
}

/** A device has these notifications now: all changes up to a sequence, or single ones. */
export interface FetchWrite {
  readonly kind: 'fetch';
  readonly user: UserKey;
  readonly subscription: string;
  readonly upTo: number | null;
  readonly each: readonly FetchedOne[];
  /** Whether it is written down that the device was there now. */
  readonly seen: boolean;
}

/** As it was when it was answered: what replaced it meanwhile is not fetched. */
export interface FetchedOne {
  readonly id: string;
  readonly seq: number;
}

export interface Receipt {
  readonly id: string;
  readonly subscription: string;
  readonly kind: ReceiptKind;
  readonly at: number;
  /** Counts only for this content or a newer one. */
  readonly contentVersion: number | null;
}

/** That a device has shown a notification, the first time that it is known. */
export interface FirstShown {
  /** Of its delivery; null where it got the notification by itself. */
  readonly channel: ChannelCode | null;
  /** Since it was planned, or posted where nothing was planned for that device. */
  readonly afterMs: number;
  /** Since a provider took its push; null where none did. */
  readonly afterSentMs: number | null;
}

/** What devices report of notifications on them: evidence, which never changes a state. */
export interface ReceiptsWrite {
  readonly kind: 'receipts';
  readonly user: UserKey;
  readonly visibility: Visibility;
  readonly receipts: readonly Receipt[];
}

/** Results of attempts to send. */
export interface RecordWrite {
  readonly kind: 'record';
  readonly results: readonly DeliveryResult[];
}

/** An operator has failed deliveries sent again. */
export interface RedriveWrite {
  readonly kind: 'redrive';
  readonly deliveries: readonly DeliveryKey[];
}

/**
 * Ends all subscriptions of a user and forgets these notifications with their deliveries; with none, the feed itself, when
 * nothing is left in it. Not a change: no device is told.
 */
export interface EraseWrite {
  readonly kind: 'erase';
  readonly user: UserKey;
  readonly ids: readonly string[];
}

/** What became of attempts to tell endpoints of changes. */
interface WebhooksWrite {
  readonly kind: 'webhooks';
  readonly results: readonly BacklogResult[];
}

/** What a person sets for all devices; what is left out stays. */
export interface PreferencesWrite {
  readonly kind: 'preferences';
  readonly user: UserKey;
  readonly owner: FeedOwner;
  readonly visibility: Visibility;
  readonly patch: Partial<Preferences>;
  readonly ifMatch: string | null;
}

export type Write =
  | PostWrite
  | StateWrite
  | DeleteWrite
  | RespondWrite
  | TimerWrite
  | SubscribeWrite
  | RenewWrite
  | UnsubscribeWrite
  | GoneWrite
  | FetchWrite
  | ReceiptsWrite
  | RecordWrite
  | RedriveWrite
  | PreferencesWrite
  | WebhooksWrite
  | EraseWrite;

/** Those of one kind. */
export type WriteOf<K extends Write['kind']> = Write extends infer W
  ? W extends Write
    ? K extends W['kind']
      ? W
      : never
    : never
  : never;

type PostResult = 'created' | 'replaced' | 'repeated';

export interface Outcomes {
  post: { readonly result: PostResult; readonly notification: StoredNotification };
  state: {
    /** One for each target, in their order. */
    readonly results: readonly StateUpdateResult[];
    readonly changed: readonly StoredNotification[];
    readonly same: readonly StoredNotification[];
    readonly unread: number;
  };
  delete: { readonly removed: true };
  /** `other`: another answer was committed first, and nothing changed. */
  respond: { readonly result: 'answered' | 'same' | 'other'; readonly notification: StoredNotification };
  /** `done` of a timer: whether any of them was due. */
  deadline: { readonly done: boolean };
  expire: { readonly done: boolean };
  wake: { readonly done: boolean };
  purge: { readonly done: boolean };
  subscribe: { readonly result: 'created' | 'replaced'; readonly subscription: StoredSubscription };
  renew: { readonly subscription: StoredSubscription };
  unsubscribe: { readonly ended: true };
  /** `registeredAnew`: the verdict was about an earlier registration of what is there now. */
  gone: { readonly ended: boolean; readonly registeredAnew: boolean };
  fetch: { readonly marked: true };
  receipts: {
    readonly recorded: number;
    readonly notFound: readonly string[];
    readonly shown: readonly FirstShown[];
  };
  record: { readonly recorded: true };
  redrive: { readonly redriven: number };
  preferences: { readonly preferences: Preferences; readonly etag: string };
  webhooks: { readonly recorded: true };
  erase: { readonly erased: number };
}

export interface Refusal {
  readonly refused: ErrorKind;
  readonly message: string;
  readonly target?: string;
  /** Of a post that does not fit into the storage; absent where the content must be counted first. */
  readonly excessBytes?: number;
}

export type Outcome = Outcomes[keyof Outcomes] | Refusal;
export type OutcomeOf<W extends Write> = Outcomes[W['kind']];

export type ChangeCause = 'posted' | 'replaced' | 'state' | 'woken' | 'deleted' | 'expired';

/** One committed fact of a feed. */
export interface Change {
  readonly user: UserKey;
  readonly seq: number;
  readonly epoch: number;
  readonly cause: ChangeCause;
  readonly notification: StoredNotification;
  /** Unread notifications of the whole feed and of this app, right after this change. */
  readonly unread: number;
  readonly unreadOfApp: number;
}
