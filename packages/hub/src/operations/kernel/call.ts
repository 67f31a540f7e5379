// What an operation is given and what it answers: no header, no URL, no status. The edge turns both into bytes.
// An operation sits between the edge and the feed and could be called by any transport.
import type { GraphVersion, OperationName } from '@carillon/protocol';
import type { Identity } from '../../auth/authenticate.ts';
import type { Tickets } from '../../auth/tickets.ts';
import type { UnsIds } from '../../auth/uns-id.ts';
import type { Committer } from '../../feed/commit.ts';
import type { Cursors } from '../../feed/cursor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Seal } from '../../lib/seal.ts';
import type { StreamStart } from '../../live/stream.ts';
import type { AppPrincipal, User, UserPrincipal } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { OpenChannels } from '../../push/channels/channels.ts';
import type { ChannelDescriptor } from '../../push/channels/descriptor.ts';
import type { Fetched } from '../../push/fetched.ts';
import type { FeedReader } from '../../store/store.ts';
import type { PushAddresses } from '../subscriptions/push-addresses.ts';

/** What the verbs work with. */
export interface Services {
  readonly clock: Clock;
  readonly read: FeedReader;
  readonly committer: Committer;
  readonly cursors: Cursors;
  readonly pageTokens: Seal;
  readonly unsIds: UnsIds;
  readonly tickets: Tickets;
  readonly newId: () => string;
  readonly channels: OpenChannels;
  readonly hasCredentials: (app: string, channel: ChannelDescriptor) => boolean;
  readonly fetched: Fetched;
  readonly pushAddresses: PushAddresses;
}

export interface Call<Body = unknown, Caller = UserPrincipal> {
  readonly operation: OperationName;
  readonly version: GraphVersion;
  readonly identity: Identity;
  readonly principal: Caller;
  /** Whose feed it is: the token's user, or the one that the X-UNS-ID names. */
  readonly user: User;
  /** The subscription that the X-UNS-ID names. */
  readonly acting: { readonly unsId: string; readonly subscription: StoredSubscription } | null;
  readonly id: string;
  readonly query: Query;
  readonly ifMatch: string | null;
  readonly lastEventId: string | null;
  readonly body: Body;
}

export type AnyCall = Call<unknown, UserPrincipal | AppPrincipal>;

/** Query options by name, `$` included. */
export type Query = ReadonlyMap<string, string>;

export interface Answer {
  readonly outcome: 'created' | 'ok' | 'noContent';
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** One entity, as the text of a JSON object. */
  readonly json?: string;
  /** The collection of `value`, each the text of a JSON object. */
  readonly values?: readonly string[];
  /** A bare value, for `$count`. */
  readonly text?: string;
  /** Which set the context URL names, after `#users('…')/`. */
  readonly context?: string;
  /** Id below the collection that was posted to. */
  readonly location?: string;
  readonly etag?: string;
  readonly result?: 'created' | 'replaced' | 'repeated';
  /** Whose feed it is, for links. */
  readonly owner?: Pick<User, 'name' | 'subject'>;
  /** Query of the link to go on with, by the annotation that carries it. */
  readonly next?: {
    readonly link: '@odata.nextLink' | '@odata.deltaLink';
    readonly query: Readonly<Record<string, string>>;
  };
  readonly stream?: StreamOrder;
}

/** What the edge opens a live stream with. */
export interface StreamOrder {
  readonly user: User;
  readonly principal: UserPrincipal;
  readonly from: StreamStart;
  /** The device that listens, when it said which it is. */
  readonly subscription: string | null;
  /** Takes the cursor that the device says it has come to. */
  readonly acknowledge: (cursor: string) => void;
}
