// What devices say became of notifications on them: shown, activated, dismissed, failed. Evidence only: it never changes
// a state, and a device speaks for the caller's own subscriptions alone.
import type { ReceiptsPost } from '@carillon/protocol';
import { receiptsPostSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { parseDateTime } from '../../model/date-time.ts';
import { denied, invalid } from '../../model/errors.ts';
import type { Receipt } from '../../model/write.ts';
import { openBodyReader } from '../kernel/body.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';

/** Still with the UNS-ID, and whatever was given as an id. */
export type Received = readonly (Omit<Receipt, 'subscription'> & { readonly unsId: string })[];

const readBody = openBodyReader<ReceiptsPost>(receiptsPostSchema);

export function readReceived(json: unknown, { clock }: Services): Received {
  const now = clock.now();
  return readBody(json).receipts.map(({ id, subscriptionId, kind, dateTime, contentVersion }, index) => {
    const at = dateTime == null ? now : parseDateTime(dateTime);
    const target = `receipts[${index}].dateTime`;
    if (at === null) throw invalid(`"${target}" must be an RFC 3339 date and time.`, target);
    // A device whose clock is ahead does not tell of the future.
    return { id, unsId: subscriptionId, kind, at: Math.min(at, now), contentVersion: contentVersion ?? null };
  });
}

export async function createReceipts(call: Call<Received>, services: Services): Promise<Answer> {
  const { user, principal, body } = call;
  const { notFound: malformed, known } = split(body);
  const receipts: Receipt[] = [];
  const own = new Map<string, string>();
  for (const { unsId, ...receipt } of known) {
    const subscription = own.get(unsId) ?? (await readOwn(unsId, call, services));
    own.set(unsId, subscription);
    receipts.push({ ...receipt, id: receipt.id.toLowerCase(), subscription });
  }
  const { visibility } = principal;
  const { recorded, notFound } =
    receipts.length === 0
      ? { recorded: 0, notFound: [] }
      : await services.committer.commit({ kind: 'receipts', user: user.key, visibility, receipts });
  return { outcome: 'ok', body: { recordedCount: recorded, notFound: [...notFound, ...malformed] } };
}

function split(received: Received) {
  const known = received.filter(({ id }) => isUuid(id));
  return { known, notFound: received.filter(({ id }) => !isUuid(id)).map(({ id }) => id) };
}

/** One whose lease is over still speaks of what it has shown. */
async function readOwn(
  unsId: string,
  { user, principal }: Call<Received>,
  services: Services,
): Promise<string> {
  const named = services.unsIds.read(unsId);
  const subscription =
    named?.user === user.key ? await services.read.subscription(named.user, named.id) : null;
  if (subscription?.app === principal.app.id) return subscription.id;
  throw denied('subscriptionId names no subscription of this app and user.', 'receipts');
}
