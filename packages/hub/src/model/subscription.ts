// A subscription as the store keeps it: one installed app of one user, with its lease and push address. Within an app, a
// push address belongs to one subscription.

import type { NotificationType, PlatformType } from '@carillon/protocol';
import type { AppId } from './app.ts';
import type { UserKey } from './principal.ts';
import type { PushAddress } from './push-address.ts';

export interface StoredSubscription {
  readonly user: UserKey;
  readonly app: AppId;
  /** 128 random bits, base64url. What travels is the UNS-ID, which seals it together with the user. */
  readonly id: string;
  readonly installationId: string;
  readonly targetHostName: string;
  readonly displayName: string | null;
  readonly platform: PlatformType;
  readonly notificationType: NotificationType;
  readonly channel: PushAddress | null;
  /** What makes two push addresses the same one within an app; null without an address. */
  readonly addressHash: string | null;
  /** Created with a token that sees all apps, so it gets the notifications of all of them. */
  readonly seesAll: boolean;
  readonly leaseUntil: number;
  readonly created: number;
  /** When its address was last registered, each time another value; 0 of rows of hubs that did not record it. */
  readonly registered: number;
  /** Names the session at the embedded provider whose token registered or renewed it last; null where there is none. */
  readonly session: string | null;
}

/** As its user sees it among all of theirs. */
export interface Device {
  readonly subscription: StoredSubscription;
  /** When it last fetched, or listened live, to a quarter of an hour; null: never. */
  readonly seen: number | null;
}
