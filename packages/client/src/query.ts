// The history of a feed by a filter and an order, page by page from the hub. An entry of its own, so that a page that asks
// nothing of the kind does not load it. Filters are objects that the compiler checks, or a text for what these can't say.
import type { Notification, Priority, ReadState, UserActionState } from '@carillon/protocol';
import type { HistoryPage } from './feed/feed.ts';
import { itemOf } from './feed/inbox.ts';
import type { Requests } from './requests/requests.ts';

/** All that are given must hold. */
export interface TextTest<Text extends string> {
  readonly eq?: Text | null;
  readonly ne?: Text | null;
  readonly gt?: string;
  readonly ge?: string;
  readonly lt?: string;
  readonly le?: string;
  readonly in?: readonly (Text | null)[];
  readonly startsWith?: string;
}

export interface DateTest {
  readonly eq?: Date;
  readonly ne?: Date;
  readonly gt?: Date;
  readonly ge?: Date;
  readonly lt?: Date;
  readonly le?: Date;
}

/** A value stands for `{ eq: value }`. All members must hold. */
export interface FeedFilter {
  readonly readState?: ReadState | TextTest<ReadState>;
  readonly userActionState?: UserActionState | TextTest<UserActionState>;
  readonly groupName?: string | null | TextTest<string>;
  readonly priority?: Priority | TextTest<Priority>;
  readonly targetHostName?: string | TextTest<string>;
  readonly 'response/actionId'?: string | null | TextTest<string>;
  readonly createdDateTime?: DateTest;
  readonly lastModifiedDateTime?: DateTest;
  readonly expirationDateTime?: DateTest;
}

export type SortDate = 'createdDateTime' | 'lastModifiedDateTime' | 'expirationDateTime';

export interface FeedQuery {
  /** A text is a `$filter` as it stands. Without one, all. */
  readonly filter?: FeedFilter | string;
  /** Default: newest first. */
  readonly orderBy?: SortDate | `${SortDate} desc` | readonly (SortDate | `${SortDate} desc`)[];
  /** Of a page, 1 to 100. Default: 25. */
  readonly top?: number;
}

/** The first page; rejects with a HubError when offline, or when the hub would have to read too much for it. */
export function queryFeed(
  requests: Requests,
  { filter, orderBy, top }: FeedQuery = {},
): Promise<HistoryPage> {
  const text = typeof filter === 'string' ? filter : filterText(filter ?? {});
  const options = {
    ...(text === '' ? {} : { $filter: text }),
    ...(orderBy === undefined ? {} : { $orderby: [orderBy].flat().join() }),
    ...(top === undefined ? {} : { $top: String(top) }),
  };
  return readPage(requests, options);
}

interface Answer {
  readonly value: readonly Notification[];
  readonly '@odata.nextLink'?: string;
}

async function readPage(requests: Requests, options: Readonly<Record<string, string>>): Promise<HistoryPage> {
  const query = Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const response = await requests.send('GET', ['me/notifications', query.join('&')].join('?'));
  const { value, '@odata.nextLink': link }: Answer = await response.json();
  // React Native's URL has no search parameters.
  const [, token] = link?.match(/[?&](?:\$|%24)skiptoken=([^&]*)/) ?? [];
  return {
    items: value.map(itemOf),
    next: token === undefined ? null : () => readPage(requests, { $skiptoken: decodeURIComponent(token) }),
  };
}

/** The `$filter` that says the same; empty where nothing is asked. */
export function filterText(filter: FeedFilter): string {
  return Object.entries(filter)
    .filter(([, test]) => test !== undefined)
    .flatMap(([property, test]: [string, unknown]) => termsOf(property, test))
    .join(' and ');
}

function termsOf(property: string, test: unknown): string[] {
  const tests = typeof test === 'object' && test !== null && !(test instanceof Date) ? test : { eq: test };
  return Object.entries(tests)
    .filter(([, value]) => value !== undefined)
    .map(([comparison, value]: [string, unknown]) => {
      if (comparison === 'startsWith') return `startswith(${property},${literal(value)})`;
      if (!Array.isArray(value)) return `${property} ${comparison} ${literal(value)}`;
      return `${property} in (${value.map(literal).join()})`;
    });
}

function literal(value: unknown): string {
  if (value === null) return 'null';
  return value instanceof Date ? value.toISOString() : `'${String(value).replaceAll("'", "''")}'`;
}
