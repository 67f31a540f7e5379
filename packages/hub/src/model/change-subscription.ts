// A change subscription: an endpoint of an app that is told by webhook what changes (Microsoft Graph's `subscription`). The
// push subscriptions of devices are another noun (model/subscription.ts). Registered in the registry; what it is to be told
// is planned in the commit of the change and waits in the feed store.
import type { AppId } from './app.ts';
import type { UserKey } from './principal.ts';

export const changeTypes = ['created', 'updated', 'deleted'] as const;
export type ChangeType = (typeof changeTypes)[number];

/** The feed of its user; of all users what the app created; how the deliveries of that ended. */
export const watchedResources = [
  'me/notifications',
  'users/getAllNotifications',
  'users/getAllDeliveries',
] as const;
export type WatchedResource = (typeof watchedResources)[number];

/** What the plan of a change needs of a change subscription. */
export interface Watch {
  /** A UUID. */
  readonly id: string;
  readonly app: AppId;
  /** Null when it is of no single user. */
  readonly user: UserKey | null;
  readonly resource: WatchedResource;
  /** Made with a token that sees the notifications of all apps. */
  readonly seesAll: boolean;
  readonly changeTypes: readonly ChangeType[];
  /** The resource travels with the change, encrypted. */
  readonly withData: boolean;
  readonly expires: number;
}

/** What its lifecycle endpoint is still to be told. */
export interface LifecycleEvent {
  readonly name: 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed';
  readonly at: number;
}

/** What every hub has in memory of it. */
export interface KnownChangeSubscription extends Watch {
  /** Another one after each change. */
  readonly version: number;
  /** Whose it is, where it is a user's; else the issuer of the app's token and an empty subject. */
  readonly issuer: string;
  readonly subject: string;
  /** When its lifecycle endpoint is told that it must be authorized anew; null once that was told or done. */
  readonly reauthorizeAt: number | null;
  readonly events: readonly LifecycleEvent[];
  /** Over: it stays until its lifecycle endpoint is told so. */
  readonly ended: boolean;
}

export interface SigningSecret {
  /** `whsec_` and base64. */
  readonly text: string;
  /** Null while nothing has replaced it. */
  readonly until: number | null;
}

export const templateTypes = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'] as const;

/** What an operator has a service posted of each change, in place of the change itself. */
export interface WebhookTemplate {
  /** Of a preset; null for a text of the operator's own. */
  readonly name: string | null;
  readonly contentType: (typeof templateTypes)[number];
  /** Of the body, with placeholders. */
  readonly text: string;
  /** By the name of a placeholder. */
  readonly constants: Readonly<Record<string, string>>;
  /** Values are written with the entities of `&`, `<` and `>`. */
  readonly entities: boolean;
  /** How many characters of each value are sent; null: all. */
  readonly longest: number | null;
}

export interface ChangeSubscription extends KnownChangeSubscription {
  readonly clientId: string;
  readonly notificationUrl: string;
  readonly lifecycleUrl: string | null;
  readonly clientState: string | null;
  /** DER in base64. */
  readonly certificate: string | null;
  readonly certificateId: string | null;
  readonly latestTls: 'v1_0' | 'v1_1' | 'v1_2' | 'v1_3';
  readonly created: number;
  /** Of an operator's webhook; null for one that an app has registered. */
  readonly template: WebhookTemplate | null;
  /** The operator lets it lead inside a private network. */
  readonly isPrivate: boolean;
  /** The newest first. */
  readonly secrets: readonly SigningSecret[];
}

/** All that may be told of a change, ready to look up. */
export interface Watches {
  readonly byUser: ReadonlyMap<UserKey, readonly Watch[]>;
  readonly byApp: ReadonlyMap<AppId, readonly Watch[]>;
}

/** One change that one endpoint is to be told of, as the commit of the change adds it. */
export interface NewWebhookChange {
  /** The change subscription. */
  readonly backlog: string;
  readonly user: UserKey;
  readonly seq: number;
  readonly type: ChangeType;
  readonly notification: string;
  /** Of the notification after the change: its ETag. 0 where it has none, as a delivery. */
  readonly changes: number;
  readonly at: number;
  /** The notification as JSON where it travels with the change; of a delivery, how it ended. */
  readonly data: string | null;
}

export interface WebhookChange extends NewWebhookChange {
  /** Rises with each change of a feed. */
  readonly place: number;
}

/** What became of an attempt to tell an endpoint. */
export interface BacklogResult {
  readonly backlog: string;
  /** Up to here all is taken or given up; null when nothing is. */
  readonly upTo: number | null;
  /** Of attempts that failed in a row; 0 after one that succeeded. */
  readonly attempts: number;
  /** The next attempt is not made before. */
  readonly due: number;
  /** Since when it fails; null when it does not. */
  readonly failingSince: number | null;
  /** Of the last attempt that failed: its HTTP status, or why there was none. */
  readonly answer: string | null;
  /** Nothing will be told in it any more. */
  readonly ended: boolean;
}

/** Beside the claim, what is kept of a backlog. */
export type BacklogState = Pick<BacklogResult, 'attempts' | 'due' | 'failingSince' | 'answer'>;

export const nothingFails: BacklogState = { attempts: 0, due: 0, failingSince: null, answer: null };

export interface Waiting {
  readonly count: number;
  readonly bytes: number;
}

export interface WaitingIn extends Waiting {
  readonly backlog: string;
}

/** As they are stored, in UTF-8. */
export function bytesOf(data: NewWebhookChange['data']): number {
  return data === null ? 0 : Buffer.byteLength(data);
}

const none: WaitingIn[] = [];

/** By backlog, of what a commit added. */
export function waitingIn(changes: readonly NewWebhookChange[]): WaitingIn[] {
  if (changes.length === 0) return none;
  const backlogs = new Map<string, WaitingIn>();
  for (const { backlog, data } of changes) {
    const { count = 0, bytes = 0 } = backlogs.get(backlog) ?? {};
    backlogs.set(backlog, { backlog, count: count + 1, bytes: bytes + bytesOf(data) });
  }
  return [...backlogs.values()];
}

/** What waits in a backlog, with the place of the last of it. */
export interface WaitingUpTo extends Waiting {
  readonly last: number;
}

const minuteMs = 60_000;
const reauthorizeLatestMs = 15 * minuteMs;
export const longestLifeMs = 43_200 * minuteMs;
export const oldSecretMs = 24 * 60 * minuteMs;

/** When a tenth of the life is left, at the latest 15 minutes before its end, at once where that has passed. */
export function reauthorizeAtOf(begins: number, expires: number): number {
  const ahead = Math.max((expires - begins) / 10, reauthorizeLatestMs);
  return Math.max(begins, Math.floor(expires - ahead));
}

/** What is told of one kind is told once. */
export function withEvent(before: ChangeSubscription, event: LifecycleEvent): ChangeSubscription {
  if (before.lifecycleUrl === null || before.events.some(({ name }) => name === event.name)) return before;
  return { ...before, events: [...before.events, event] };
}

/** Its end: it stays as long as that is to be told; null when nobody is. */
export function endedOf(before: ChangeSubscription, now: number): ChangeSubscription | null {
  if (before.lifecycleUrl === null) return null;
  if (before.ended) return before;
  const event = { name: 'subscriptionRemoved', at: now } as const;
  return { ...before, events: [event], ended: true, reauthorizeAt: null };
}
