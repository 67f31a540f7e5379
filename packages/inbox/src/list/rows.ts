// Notifications as the rows of a list: a heading for each day, a heading for each group of two or more, and a row for each
// notification. Pure. A group is listed together within a day, at the place of its newest notification.
import type { Notification } from '@carillon/protocol';
import { endOfDay, startOfDay } from '../time/days.ts';

export type Row =
  | { readonly type: 'day'; readonly key: string; readonly day: number }
  | { readonly type: 'group'; readonly key: string; readonly name: string; readonly hasUnread: boolean }
  | {
      readonly type: 'item';
      readonly key: string;
      readonly item: Notification;
      /** Milliseconds. */
      readonly time: number;
      /** Place among the notifications, from 1. */
      readonly position: number;
      /** A heading above it names its group. */
      readonly isGrouped: boolean;
      /** The last of its group. */
      readonly isGroupEnd: boolean;
      /** Rows next to each other that are one list to a reader: those of a group, or those between two groups. */
      readonly run: string;
    };

export type ItemRow = Extract<Row, { type: 'item' }>;

interface Timed {
  readonly item: Notification;
  readonly time: number;
}

/** `items` newest first, as a feed has them. */
export function layRows(items: readonly Notification[]): readonly Row[] {
  const rows: Row[] = [];
  let position = 0;
  for (const [day, members] of byDay(items)) {
    rows.push({ type: 'day', key: `day ${day}`, day });
    let between = `run ${day}`;
    for (const cluster of byGroup(members)) {
      const name = cluster[0]?.item.groupName ?? null;
      const isGrouped = name !== null && cluster.length > 1;
      const run = isGrouped ? `group ${day} ${name}` : between;
      if (isGrouped) rows.push(groupRow(run, name, cluster));
      if (isGrouped) between = `run ${run}`;
      for (const [index, { item, time }] of cluster.entries()) {
        position += 1;
        const isGroupEnd = isGrouped && index === cluster.length - 1;
        rows.push({ type: 'item', key: item.id, item, time, position, isGrouped, isGroupEnd, run });
      }
    }
  }
  return rows;
}

function groupRow(key: string, name: string, cluster: readonly Timed[]): Row {
  const hasUnread = cluster.some(({ item }) => item.readState === 'unread');
  return { type: 'group', key, name, hasUnread };
}

function byDay(items: readonly Notification[]): Map<number, Timed[]> {
  const days = new Map<number, Timed[]>();
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let members: Timed[] = [];
  for (const item of items) {
    const time = Date.parse(item.createdDateTime);
    // Neighbours share a day: one comparison instead of calendar arithmetic for each of thousands.
    if (time < from || time >= to) {
      from = startOfDay(time);
      to = endOfDay(time);
      members = days.get(from) ?? [];
      days.set(from, members);
    }
    members.push({ item, time });
  }
  return days;
}

function byGroup(members: readonly Timed[]): Iterable<readonly Timed[]> {
  const groups = new Map<string, Timed[]>();
  for (const member of members) {
    const { groupName, id } = member.item;
    const key = groupName === null ? `id ${id}` : `group ${groupName}`;
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  return groups.values();
}

/** The names of the groups among the notifications, in the order of a dictionary. */
export function groupNames(items: readonly Notification[], tag: string): readonly string[] {
  const names = new Set<string>();
  for (const { groupName } of items) if (groupName !== null) names.add(groupName);
  return [...names].sort(new Intl.Collator(tag).compare);
}
