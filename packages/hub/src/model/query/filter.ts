// What a `$filter` asks, as a closed and typed value: comparisons of one property with one value, joined. It holds no text of
// the request, so that whoever evaluates it (matches.ts, store/filter-sql.ts) meets nothing that this file does not list.
import type { ReadState, UserActionState } from '@carillon/protocol';
import { uuidTime } from '../../lib/ids.ts';
import type { Content, StoredNotification } from '../notification.ts';

/** Compared by code point. */
export const textProperties = [
  'readState',
  'userActionState',
  'groupName',
  'priority',
  'targetHostName',
  'response/actionId',
] as const;
export type TextProperty = (typeof textProperties)[number];

/** Compared as instants. */
export const dateProperties = ['createdDateTime', 'lastModifiedDateTime', 'expirationDateTime'] as const;
export type DateProperty = (typeof dateProperties)[number];

export type FilterProperty = TextProperty | DateProperty;
export const filterProperties: readonly FilterProperty[] = [...textProperties, ...dateProperties];

export const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof comparisons)[number];

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | TextTerm
  | DateTerm
  | { readonly kind: 'startsWith'; readonly property: TextProperty; readonly value: string };

export interface TextTerm {
  readonly kind: 'text';
  readonly property: TextProperty;
  readonly comparison: Comparison;
  readonly value: string | null;
}

/**
 * Milliseconds since 1970. Stored dates are whole ones, so any instant between two of them stands as the half: it compares
 * with all of them alike.
 */
export interface DateTerm {
  readonly kind: 'date';
  readonly property: DateProperty;
  readonly comparison: Comparison;
  readonly value: number | null;
}

/** What a filter sees of a notification. */
export interface FilteredRow {
  readonly readState: ReadState;
  readonly userActionState: UserActionState;
  readonly groupName: string | null;
  readonly priority: string | null;
  readonly targetHostName: string | null;
  readonly 'response/actionId': string | null;
  readonly createdDateTime: number;
  readonly lastModifiedDateTime: number;
  readonly expirationDateTime: number;
}

export function filteredRow(row: StoredNotification): FilteredRow {
  const { readState, userActionState, response, modified, expires } = row;
  const content: Partial<Content> = JSON.parse(row.content);
  return {
    readState,
    userActionState,
    groupName: content.groupName ?? null,
    priority: content.priority ?? null,
    targetHostName: content.targetHostName ?? null,
    'response/actionId': response === null || response === 'open' ? null : response.actionId,
    createdDateTime: uuidTime(row.id),
    lastModifiedDateTime: modified,
    expirationDateTime: expires,
  };
}
