// What the operations of change subscriptions share: how one is found, answered and dated. A user sees those that were made
// for the user by the same app, an app by itself those that it made for no single user; all others are not there.
import { webhookLimits } from '@carillon/protocol';
import type { changeSubscriptionSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import { isUuid } from '../../lib/ids.ts';
import { type ChangeSubscription, longestLifeMs } from '../../model/change-subscription.ts';
import { formatDateTime, parseDateTime } from '../../model/date-time.ts';
import { HubError, invalid } from '../../model/errors.ts';
import type { AppPrincipal, UserPrincipal } from '../../model/principal.ts';
import type { Services } from '../kernel/call.ts';

export const changeSubscriptionPath = '/subscriptions/{id}';

type Caller = UserPrincipal | AppPrincipal;

export function noChangeSubscription(): HubError {
  return new HubError('notFound', 'There is no such subscription, or it is not visible to this token.');
}

/** One that an operator made is the operator's alone, though it is of the app. */
export function isOwn(
  { app, user, ended, expires, template }: ChangeSubscription,
  principal: Caller,
  now: number,
): boolean {
  const owner = principal.kind === 'user' ? principal.user.key : null;
  return app === principal.app.id && user === owner && template === null && !ended && expires > now;
}

/** Throws `notFound`. */
export async function findOwn(
  id: string,
  principal: Caller,
  { registry, clock }: Pick<Services, 'registry' | 'clock'>,
): Promise<ChangeSubscription> {
  const found = isUuid(id) ? await registry.changeSubscriptions.find(id.toLowerCase()) : null;
  if (!found || !isOwn(found, principal, clock.now())) throw noChangeSubscription();
  return found;
}

/** Writes what `change` makes of it, unless it has ended meanwhile. */
export async function changeOwn(
  id: string,
  principal: Caller,
  services: Pick<Services, 'registry' | 'clock'>,
  change: (before: ChangeSubscription) => ChangeSubscription | null,
): Promise<ChangeSubscription | null> {
  const { id: own } = await findOwn(id, principal, services);
  let wasThere = false;
  const after = await services.registry.changeSubscriptions.change(own, (before) => {
    wasThere = isOwn(before, principal, services.clock.now());
    return wasThere ? change(before) : before;
  });
  if (!wasThere) throw noChangeSubscription();
  return after;
}

export function readExpiration(text: string, now: number): number {
  const target = 'expirationDateTime';
  const until = parseDateTime(text);
  if (until === null) throw invalid(`"${target}" must be an RFC 3339 date and time.`, target);
  if (until <= now) throw invalid(`"${target}" is in the past.`, target);
  if (until > now + longestLifeMs)
    throw invalid(
      `A subscription lasts at most ${webhookLimits.lifeMinutesMax} minutes: renew it with PATCH.`,
      target,
    );
  return until;
}

export function answerChangeSubscription(row: ChangeSubscription): Static<typeof changeSubscriptionSchema> {
  return {
    id: row.id,
    resource: row.resource,
    changeType: row.changeTypes.join(','),
    clientState: row.clientState,
    notificationUrl: row.notificationUrl,
    lifecycleNotificationUrl: row.lifecycleUrl,
    expirationDateTime: formatDateTime(row.expires),
    applicationId: row.app,
    creatorId: row.user === null ? row.clientId : row.subject,
    includeResourceData: row.withData,
    encryptionCertificateId: row.certificateId,
    latestSupportedTlsVersion: row.latestTls,
  };
}
