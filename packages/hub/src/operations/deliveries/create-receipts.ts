// What devices report of notifications on them: shown, activated, dismissed, failed. Evidence only: it never changes a
// state, and a caller reports for its own subscriptions only.
import type { ReceiptsPost } from '@carillon/protocol';
import { receiptsAnswerSchema, receiptsPostSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { parseDateTime } from '../../model/date-time.ts';
import { denied, invalid } from '../../model/errors.ts';
import type { User, UserPrincipal } from '../../model/principal.ts';
import type { Receipt } from '../../model/write.ts';
import { plain } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';
import { type BodyContext, bodyOf, operation } from '../kernel/operation.ts';

/** Still with the UNS-ID, and whatever was given as an id. */
type Received = readonly (Omit<Receipt, 'subscription'> & { readonly unsId: string })[];

export const createReceipts = operation({
  name: 'createReceipts',
  method: 'POST',
  paths: ['/me/notifications/receipts'],
  access: 'user',
  summary: 'report what happened to notifications on devices',
  body: bodyOf(receiptsPostSchema, readReceived),
  answer: plain(receiptsAnswerSchema),
  async run({ user, principal, body }, services) {
    const { malformed, known } = split(body);
    const receipts: Receipt[] = [];
    const own = new Map<string, string>();
    for (const { unsId, ...receipt } of known) {
      const subscription = own.get(unsId) ?? (await readOwn(unsId, user, principal, services));
      own.set(unsId, subscription);
      receipts.push({ ...receipt, id: receipt.id.toLowerCase(), subscription });
    }
    const { visibility } = principal;
    const { recorded, notFound } =
      receipts.length === 0
        ? { recorded: 0, notFound: [] as const }
        : await services.committer.commit({ kind: 'receipts', user: user.key, visibility, receipts });
    return { outcome: 'ok', body: { recordedCount: recorded, notFound: [...notFound, ...malformed] } };
  },
});

function readReceived({ receipts }: ReceiptsPost, { services }: BodyContext): Received {
  const now = services.clock.now();
  return receipts.map(({ id, subscriptionId, kind, dateTime, contentVersion }, index) => {
    const at = dateTime == null ? now : parseDateTime(dateTime);
    const target = `receipts[${index}].dateTime`;
    if (at === null) throw invalid(`"${target}" must be an RFC 3339 date and time.`, target);
    // A device whose clock is ahead does not speak of the future.
    return { id, unsId: subscriptionId, kind, at: Math.min(at, now), contentVersion: contentVersion ?? null };
  });
}

function split(received: Received) {
  const known = received.filter(({ id }) => isUuid(id));
  return { known, malformed: received.filter(({ id }) => !isUuid(id)).map(({ id }) => id) };
}

/** A subscription whose lease has expired may still report what it has shown. */
async function readOwn(
  unsId: string,
  user: User,
  principal: UserPrincipal,
  { unsIds, read }: Services,
): Promise<string> {
  const named = unsIds.read(unsId);
  const subscription = named?.user === user.key ? await read.subscription(named.user, named.id) : null;
  if (subscription?.app === principal.app.id) return subscription.id;
  throw denied('subscriptionId names no subscription of this app and user.', 'receipts');
}
