// What the operations of subscriptions share: how one is answered, named and leased.
// The id on the wire is the UNS-ID; the path names it by that, and it must be one of the caller.
import { limits, type Subscription } from '@carillon/protocol';
import { idOf } from '../../auth/provider/grants/sessions.ts';
import { formatDateTime, parseDateTime } from '../../model/date-time.ts';
import { invalid, notFound } from '../../model/errors.ts';
import type { User, UserPrincipal } from '../../model/principal.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { Services } from '../kernel/call.ts';

const dayMs = 86_400_000;
export const leaseDefaultMs = limits.leaseDaysDefault * dayMs;

/** The channel is answered as it was registered. */
type Answered = Omit<Subscription, 'channel'> & { readonly channel: PushAddress | null };

export function answerSubscription(row: StoredSubscription, { unsIds }: Services): Answered {
  return {
    id: unsIds.write(row.user, row.id),
    targetHostName: row.targetHostName,
    installationId: row.installationId,
    displayName: row.displayName,
    platformType: row.platform,
    channel: row.channel,
    notificationType: row.notificationType,
    createdDateTime: formatDateTime(row.created),
    expirationDateTime: formatDateTime(row.leaseUntil),
  };
}

/** The stored id of the one that the path names. */
export function readId(id: string, user: User, { unsIds }: Services): string {
  const named = unsIds.read(id);
  if (named?.user !== user.key) throw notFound();
  return named.id;
}

/** The session that a device is signed in with, at the hub's own provider: of another issuer's nothing is known. */
export function sessionOf({ origin }: UserPrincipal, { passwordLinks, issuers }: Services): string | null {
  const isOwn = passwordLinks !== null && origin.issuer === issuers[0];
  return isOwn && origin.session !== null ? idOf(origin.session) : null;
}

export function readLease(text: string | null | undefined, now: number): number | null {
  if (text == null) return null;
  const until = parseDateTime(text);
  const target = 'expirationDateTime';
  if (until === null) throw invalid('expirationDateTime must be an RFC 3339 date and time.', target);
  if (until <= now) throw invalid('expirationDateTime is in the past.', target);
  if (until > now + limits.leaseDaysMax * dayMs) {
    throw invalid(`A lease lasts at most ${limits.leaseDaysMax} days: renew it with PATCH.`, target);
  }
  return until;
}
