import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { notification } from '../../test/support/samples.ts';
import { groupNames, layRows, type Row } from './rows.ts';

const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime();
const item = (id: string, time: number, group?: string): Notification =>
  notification(id, time, group === undefined ? {} : { group });

/** `# 19`, `## name` and ids. */
function outline(rows: readonly Row[]): string[] {
  return rows.map((row) => {
    if (row.type === 'day') return `# ${new Date(row.day).getDate()}`;
    return row.type === 'group' ? `## ${row.name}` : row.key;
  });
}

describe('the rows of a list', () => {
  test('are parted by the days of the calendar', () => {
    const rows = layRows([item('a', at(19, 12)), item('b', at(19, 0)), item('c', at(18, 23))]);
    assert.deepEqual(outline(rows), ['# 19', 'a', 'b', '# 18', 'c']);
  });

  test('stand together in their group, at the place of its newest, each day for itself', () => {
    const rows = layRows([
      item('a', at(19, 12)),
      item('b', at(19, 11), 'Builds'),
      item('c', at(19, 10)),
      item('d', at(19, 9), 'Builds'),
      item('e', at(18, 9), 'Builds'),
    ]);
    assert.deepEqual(outline(rows), ['# 19', 'a', '## Builds', 'b', 'd', 'c', '# 18', 'e']);
  });

  test('that belong to one list of a screen reader have one run, and groups part them', () => {
    const rows = layRows([
      item('a', at(19, 12)),
      item('b', at(19, 11), 'Builds'),
      item('c', at(19, 10), 'Builds'),
      item('d', at(19, 9)),
    ]);
    const runs = rows.flatMap((row) => (row.type === 'item' ? [row.run] : []));
    assert.equal(new Set(runs).size, 3);
    assert.equal(runs[1], runs[2]);
  });

  test('count their place through all days and groups', () => {
    const rows = layRows([
      item('a', at(19, 12), 'G'),
      item('b', at(19, 10)),
      item('c', at(19, 9), 'G'),
      item('d', at(1, 9)),
    ]);
    const places = rows.flatMap((row) => (row.type === 'item' ? [`${row.key}${row.position}`] : []));
    assert.deepEqual(places, ['a1', 'c2', 'b3', 'd4']);
  });

  test('have one day even when what is handed in is not in order', () => {
    const rows = layRows([item('a', at(19, 12)), item('b', at(18, 11)), item('c', at(19, 10))]);
    assert.deepEqual(outline(rows), ['# 19', 'a', 'c', '# 18', 'b']);
  });
});

test('the names of groups are told once, in the order of the language', () => {
  const items = [
    item('a', 1, 'zebra'),
    item('b', 1, 'Äpfel'),
    item('c', 1),
    item('d', 1, 'Birnen'),
    item('e', 1, 'zebra'),
  ];
  assert.deepEqual(groupNames(items, 'de'), ['Äpfel', 'Birnen', 'zebra']);
});
