// What a request for a page of the history asks for, and the token of the next page. The token holds the options, so that a
// link is followed as it is; beside it a request may repeat them, and choose another `$top`.
import { limits } from '@carillon/protocol';
import { notificationSchema, Type } from '@carillon/protocol/schemas';
import type { Seal } from '../../lib/seal.ts';
import { invalid } from '../../model/errors.ts';
import type { User, UserPrincipal } from '../../model/principal.ts';
import { type Place, placeOf } from '../../store/search.ts';
import { readPageToken } from '../kernel/paging.ts';
import {
  count,
  type Query,
  type QueryOption,
  type QueryValues,
  readQuery,
  select,
  text,
  top,
  wholeNumber,
} from '../kernel/query.ts';
import { type HeldOptions, holdOptions, withHeld } from './held-options.ts';
import { type PageSize, pageSizeOf } from './max-page-size.ts';
import { parseOrderBy } from './order-by.ts';
import { parseFilter } from './parse-filter.ts';

/** A text that one function reads; the value of `absent` when it is not given. */
function parsed<T>(parse: (text: string, name: string) => T, absent: T): QueryOption<T> {
  return {
    schema: Type.String(),
    read: (given, name) => (given === undefined ? absent : parse(given, name)),
  };
}

export const filterOption = parsed<ReturnType<typeof parseFilter> | null>(parseFilter, null);

export const listingOptions = {
  $filter: filterOption,
  $orderby: parsed(parseOrderBy, []),
  $top: top(limits.listPageDefault, limits.listPageMax),
  $skip: wholeNumber({ min: 0, max: limits.skipMax, fallback: 0 }),
  $select: select(Object.keys(notificationSchema.properties)),
  $count: count,
  $skiptoken: text,
};

export interface Listing extends PageSize {
  readonly query: QueryValues<typeof listingOptions>;
  readonly after: Place | null;
  /** The token of the page after one that ended there. */
  tokenAfter(end: Place): string;
}

export interface ListingCall {
  readonly given: Query;
  readonly prefer: string | null;
  readonly user: User;
  readonly principal: UserPrincipal;
}

/** What a token holds beside its place. Those that say where the first page begins have had their effect. */
const kept = ['$filter', '$orderby', '$select', '$top'];
const ofFirstPage = ['$count', '$skip'];

interface Held {
  readonly after: Place;
  readonly options: HeldOptions;
}

export function readListing({ given, prefer, user, principal }: ListingCall, seal: Seal): Listing {
  const bound = {
    seal,
    scope: `${user.key} ${principal.visibility === null ? 'all' : `app ${principal.visibility}`}`,
  };
  const json = readPageToken(given.get('$skiptoken'), bound);
  const held: Held | null = json === null ? null : JSON.parse(json);
  const options = held === null ? given : withHeld(given, held.options, ofFirstPage);
  const query = readQuery(listingOptions, options);
  const asked = options.has('$top') ? query.$top : null;
  const page = pageSizeOf(prefer, { top: asked, fallback: limits.listPageDefault, most: limits.listPageMax });
  return {
    ...page,
    query,
    after: held?.after ?? null,
    tokenAfter(end) {
      const next: Held = { after: placeOf(end), options: holdOptions(options, kept, page.top) };
      return seal.seal(Buffer.from(JSON.stringify(next)), bound.scope);
    },
  };
}

/** Of a filter, an order or a count that would have to read too much. */
export function tooMuch(target: string): Error {
  return invalid(
    `${target} would have to look at more than ${limits.filterRows} notifications. Of any number are served readState eq 'unread', readState eq 'read', ranges of createdDateTime, and $orderby=createdDateTime: join one of these with "and", so that fewer are left.`,
    target,
  );
}
