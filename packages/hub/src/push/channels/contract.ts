// The contract of an open push channel: one push becomes one provider's request, and its answer one of five verdicts.
// Channels get everything they need from here, and pass one suite (test/contract/channel.ts). They don't decide what to
// send, when or how often. The rest of the hub knows a channel by its descriptor (descriptor.ts).
import type { Channel, PlatformType, Priority, VisualContent, VisualMember } from '@carillon/protocol';
import type { AppId } from '../../model/app.ts';
import type { Credentials } from '../../model/credentials.ts';
import type { DeliveryKind, Verdict } from '../../model/delivery.ts';
import type { UserKey } from '../../model/principal.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { VapidKeys } from '../../model/vapid.ts';

/** One attempt's content, the same for every platform. */
export interface Push<A extends PushAddress = PushAddress> {
  readonly kind: DeliveryKind;
  /** The subscription's app: its credentials are used. */
  readonly app: AppId;
  readonly user: UserKey;
  readonly channel: A;
  readonly platform: PlatformType;
  /** When the address was last registered, in milliseconds since 1970. */
  readonly registeredAt: number;
  /** What the platform shows by itself; null for a bare tap. */
  readonly visual: VisualContent | null;
  /** What it is about; null in a `clear`. */
  readonly notification: PushedNotification | null;
  /** Unread notifications that the subscription may see. */
  readonly unreadCount: number;
  /** Handled elsewhere: ids of notifications that the device should no longer show. */
  readonly close: readonly string[];
  readonly now: number;
  /** Why it shows nothing: what the person has set. Absent or null: nothing keeps it from ringing. */
  readonly silence?: string | null;
  /** Absent: nobody takes it back. */
  readonly wait?: Wait;
}

/** Until a request begins to be written it may be taken back, since what it tells of was handled meanwhile. */
export interface Wait {
  readonly isWithdrawn: boolean;
  /** Called when it is taken back; set by who can still hold it back. */
  onWithdrawn: (() => void) | null;
  /** The request has its turn on a connection. */
  started(): void;
}

export interface PushedNotification {
  readonly id: string;
  readonly groupName: string | null;
  readonly priority: Priority;
  /** Milliseconds since 1970, both. */
  readonly expires: number;
  readonly displayUntil: number | null;
}

export interface Outcome {
  readonly verdict: Verdict;
  /** HTTP status; null without an answer. */
  readonly status: number | null;
  /** The provider's own word for it, or ours. */
  readonly reason: string | null;
  /** Not before this long from now, when the provider said so. */
  readonly afterMs: number | null;
  /** The request may have reached the provider, though no answer came back. */
  readonly unanswered: boolean;
  /** The content did not fit and a tap was sent in its place. */
  readonly truncated: boolean;
  /** What the platform can't show of the content, or what did not fit. Absent: nothing. */
  readonly dropped?: readonly VisualMember[];
  /**
   * Whose fault a failure is: the provider's or the credentials' failures pause the channel of the app, a failure of
   * this one address or content does not.
   */
  readonly blame: 'provider' | 'credentials' | 'address' | 'content' | null;
}

/** What a push would be, for `explain`: without the address and without any token. */
interface DescribedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Before it is encrypted, where it is. */
  readonly body: unknown;
  readonly truncated: boolean;
  readonly dropped: readonly VisualMember[];
}

export interface PushChannel<A extends PushAddress = PushAddress> {
  describe(push: Push<A>): DescribedRequest;
  /** Never rejects: what goes wrong is a verdict. */
  send(push: Push<A>): Promise<Outcome>;
  /** Whether the provider takes the app's credentials, by asking it; null when there is nothing to ask. */
  check(app: AppId): Promise<CredentialCheck> | null;
  close(): Promise<void>;
}

export interface CredentialCheck {
  readonly ok: boolean;
  /** One line for an operator: what is wrong and what to do, or that it works. */
  readonly message: string;
}

/** The address that devices register for one of the wire's channels. */
export type AddressOf<T extends Channel['type']> = Extract<Channel, { type: T }>;

export interface PushRequest {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
  /** True for an operator's own URL or a provider's known one; false for an address that a device registered. */
  readonly trusted: boolean;
  /** The provider speaks nothing else; without it, what TLS negotiates. */
  readonly http2Only: boolean;
  /**
   * Requests of different names never share a connection, since a provider may bind a connection to the key of its first
   * request; absent: shared by all to that origin.
   */
  readonly connection?: string;
  readonly wait?: Wait | undefined;
}

export interface PushResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 16 KiB of it; never kept. */
  readonly body: string;
}

/** Why there is no answer. `forbidden`: the address is a private one; `withdrawn`: it was taken back before it began. */
export interface PushFailure {
  readonly failure: 'forbidden' | 'connect' | 'timeout' | 'reset' | 'withdrawn';
  /** One short word or code, such as ECONNREFUSED. */
  readonly reason: string;
  /** Some of the request may have reached the provider. */
  readonly unanswered: boolean;
}

export interface PushTransport {
  /** Never rejects. */
  request(request: PushRequest): Promise<PushResponse | PushFailure>;
  close(): Promise<void>;
}

/** What a channel is opened with; `C` is what its credentials hold. */
export interface ChannelServices<C extends Credentials = Credentials> {
  readonly transport: PushTransport;
  /** The app's current credentials for this channel; cheap enough to ask before every push, so that new ones count at once. */
  credentials(app: AppId): C | null;
  /** The hub's own identity at push services that need no credentials of an app. */
  readonly identity: HubIdentity;
  readonly pages: AppPages;
  readonly now: () => number;
}

/** What is shown and opened for an app, by what its operator has set. */
export interface AppPages {
  /** Where a push leads that names no URL of its own. */
  linkTo(app: AppId, notification: string | undefined): string;
  /** The words of a push without content; null where the app has set none. */
  tapTitle(app: AppId): string | null;
  /** Of Android's intent filter that takes an opened notification with a link; null where the app has named none. */
  clickAction(app: AppId): string | null;
}

export interface HubIdentity {
  readonly keys: VapidKeys;
  /** Whom a push service may write to: a `mailto:` address, or the hub's public URL. */
  readonly contact: string;
}

/** What every platform's app client gets as a tap: "sync from your cursor". */
export interface Tap {
  readonly v: 1;
  readonly kind: 'tap';
  readonly notificationId?: string;
  readonly unreadCount: number;
  readonly close?: readonly string[];
}

/** The tap of a push, with as many ids to close as fit into `closeMax`, the newest first. */
export function tapOf({ notification, unreadCount, close }: Push, closeMax = 32): Tap {
  const ids = close.slice(0, closeMax);
  return {
    v: 1,
    kind: 'tap',
    ...(notification ? { notificationId: notification.id } : {}),
    unreadCount,
    ...(ids.length > 0 ? { close: ids } : {}),
  };
}

/** Whole seconds until it is of no more use, for TTLs: until it leaves the viewer when it is shown, else its expiry. */
export function secondsToLive({ visual, notification, now }: Push, fallback = 86_400): number {
  if (!notification) return fallback;
  const { displayUntil, expires } = notification;
  const until = visual && displayUntil !== null ? Math.min(displayUntil, expires) : expires;
  return Math.max(0, Math.floor((until - now) / 1000));
}
