// What an operation is given: who calls, whose feed it is, its typed parameters and body, and the services it works
// with. No header, no URL: an operation sits between the edge and the feed and could be called by any transport.
import type { GraphVersion } from '@carillon/protocol';
import type { Identity } from '../../auth/authenticate.ts';
import type { Access } from '../../auth/authorize.ts';
import type { PasswordLinks } from '../../auth/provider/sign-in/password-link.ts';
import type { PasswordTurns } from '../../auth/provider/sign-in/password-turns.ts';
import type { Tickets } from '../../auth/tickets.ts';
import type { UnsIds } from '../../auth/uns-id.ts';
import type { Committer } from '../../feed/commit.ts';
import type { Cursors } from '../../feed/cursor.ts';
import type { Post } from '../../feed/post.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Seal } from '../../lib/seal.ts';
import type { TokenBuckets } from '../../lib/token-bucket.ts';
import type { Nodes } from '../../live/nodes.ts';
import type { Waits } from '../../live/waits.ts';
import type { AppPrincipal, OperatorPrincipal, User, UserKey, UserPrincipal } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { Pictures } from '../../pictures/pictures.ts';
import type { OpenChannels } from '../../push/channels/channels.ts';
import type { ChannelDescriptor, ChannelDescriptors } from '../../push/channels/descriptor.ts';
import type { Fetched } from '../../push/fetched.ts';
import type { Registry } from '../../store/registry.ts';
import type { FeedReader, WebhookBacklogs } from '../../store/store.ts';
import type { LastHour } from '../../telemetry/metrics/last-hour.ts';
import type { HostVerifier } from '../admin/hosts/host-verifier.ts';
import type { Redrives } from '../admin/redrives/redrives.ts';
import type { PushAddresses } from '../subscriptions/push-addresses.ts';
import type { Endpoints } from '../webhooks/endpoints.ts';
import type { Query } from './query.ts';

/** What the verbs work with. */
export interface Services {
  readonly clock: Clock;
  /** Development: links may lead to a loopback address without TLS. */
  readonly dev: boolean;
  readonly read: FeedReader;
  readonly committer: Committer;
  readonly post: Post;
  /** What the living notifications of a user and app may hold, in bytes of content. */
  readonly storageBytesMax: number;
  readonly cursors: Cursors;
  readonly pageTokens: Seal;
  readonly unsIds: UnsIds;
  readonly tickets: Tickets;
  /** Of a notification of that user: where to look for it is a part of it. */
  readonly newId: (user: UserKey) => string;
  readonly channels: OpenChannels;
  readonly hasCredentials: (app: string, channel: ChannelDescriptor) => boolean;
  readonly fetched: Fetched;
  readonly waits: Waits;
  readonly pushAddresses: PushAddresses;
  readonly endpoints: Endpoints;
  /** What waits for endpoints, as operators see it. */
  readonly webhooks: WebhookBacklogs;
  readonly registry: Registry;
  readonly redrives: Redrives;
  readonly lastHour: LastHour;
  readonly nodes: Pick<Nodes, 'list'>;
  /** Whose own exports are under way at this node. */
  readonly exporting: Set<UserKey>;
  readonly node: { readonly version: string; readonly startedAt: number };
  /** Bounds the checks of push channels, by app and channel. */
  readonly channelChecks: Pick<TokenBuckets, 'take'>;
  /** What the hub knows of its channels, open or not. */
  readonly descriptors: ChannelDescriptors;
  readonly hosts: HostVerifier;
  /** Null: the hub passes on none. */
  readonly pictures: Pictures | null;
  /** Null when the embedded provider does not run. */
  readonly passwordLinks: PasswordLinks | null;
  /** When a password is hashed, here and at the sign-in. */
  readonly passwordTurns: PasswordTurns;
  /** Whether operators who only read may look at content. */
  readonly readContent: boolean;
  /** Of page tokens and of the ids of deliveries, as operators see them: one delivery always has the same id. */
  readonly adminSeal: Seal;
  /** Whose subjects a user's id may be; the first is the embedded provider's, when it runs. */
  readonly issuers: readonly string[];
}

/** The subscription that the X-UNS-ID names. */
export interface Acting {
  readonly unsId: string;
  readonly subscription: StoredSubscription;
}

/** Who calls, by what the operation asks for. */
interface Callers extends Record<Access, unknown> {
  user: UserPrincipal;
  inbox: UserPrincipal;
  userOrApp: UserPrincipal | AppPrincipal;
  userOrAppByPath: UserPrincipal | AppPrincipal;
  batch: UserPrincipal | AppPrincipal;
  appOrUser: UserPrincipal | AppPrincipal;
  operator: OperatorPrincipal;
  operatorRead: OperatorPrincipal;
}

/** Whose feed it is: the token's user, or the one that the X-UNS-ID or the path names. */
interface Feeds extends Record<Access, unknown> {
  user: User;
  inbox: User;
  userOrApp: User;
  userOrAppByPath: User;
  batch: null;
  appOrUser: User | null;
  operator: null;
  operatorRead: null;
}

export interface Call<
  Who extends Access = 'user',
  Param extends string = never,
  Options = unknown,
  Body = unknown,
> {
  /** The operation's name, for the audit. */
  readonly operation: string;
  readonly version: GraphVersion;
  /** Where the request comes from. */
  readonly address: string;
  readonly identity: Identity;
  readonly principal: Callers[Who];
  readonly user: Feeds[Who];
  readonly acting: Acting | null;
  /** Of the path, by name. */
  readonly params: { readonly [Name in Param]: string };
  readonly query: Options;
  /** The query as it was given, by the options' own names. */
  readonly given: Query;
  readonly prefer: string | null;
  readonly ifMatch: string | null;
  readonly lastEventId: string | null;
  /** Counts more of this call against its user's allowance. Throws `throttled`. */
  readonly count: () => void;
  readonly body: Body;
}
