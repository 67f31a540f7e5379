// How many living notifications the token may see, as bare text (OData 4.01, part 1, section 11.2.10), all or those of a
// filter. The same number as `@odata.count` of the list.
import type { UserKey } from '../../model/principal.ts';
import { endOfIds, narrowFilter } from '../../store/narrow-filter.ts';
import type { Matching } from '../../store/search.ts';
import type { FeedReader } from '../../store/store.ts';
import { plainText } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { filterOption, tooMuch } from '../odata/listing.ts';

export const countNotifications = operation({
  name: 'countNotifications',
  method: 'GET',
  paths: ['/me/notifications/$count'],
  access: 'user',
  summary: 'count the history, as text',
  query: { $filter: filterOption },
  answer: plainText,
  async run({ query: { $filter: filter }, user, principal }, { read, clock }) {
    const matching = { visibility: principal.visibility, now: clock.now(), filter };
    return { outcome: 'ok', text: String(await countFiltered(read, user.key, matching, '$filter')) };
  },
});

/** Refused by `target` when too much would have to be read. */
export async function countFiltered(
  read: FeedReader,
  user: UserKey,
  matching: Matching,
  target: string,
): Promise<number> {
  const { filter, visibility, now } = matching;
  if (filter === null) return read.count(user, visibility, now);
  const found = await read.countMatching(user, matching);
  if (found !== null) return found;
  // Of all unread ones the feed keeps the count.
  const { readState, from, until, rest } = narrowFilter(filter, () => true);
  const isAll = rest === null && from === 0 && until === endOfIds;
  if (readState === 'unread' && isAll) return (await read.position(user, visibility)).unread;
  throw tooMuch(target);
}
