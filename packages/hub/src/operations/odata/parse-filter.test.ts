import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filterArbitrary, filterText } from '@carillon/testing/feed/filters.ts';
import fc from 'fast-check';
import { HubError } from '../../model/errors.ts';
import type { Filter } from '../../model/query/filter.ts';
import { parseFilter } from './parse-filter.ts';

test('any filter that is written down is read as the same one, with brackets only where they are needed', () => {
  fc.assert(
    fc.property(filterArbitrary, (filter) => assert.deepEqual(parseFilter(filterText(filter)), filter)),
    { numRuns: 300 },
  );
});

const unread: Filter = { kind: 'text', property: 'readState', comparison: 'eq', value: 'unread' };
const group = (comparison: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le', value: string | null): Filter => ({
  kind: 'text',
  property: 'groupName',
  comparison,
  value,
});
const created = (value: number): Filter => ({
  kind: 'date',
  property: 'createdDateTime',
  comparison: 'ge',
  value,
});

const read: Readonly<Record<string, Filter>> = {
  "readState eq 'unread'": unread,
  "( readState eq 'unread' )": unread,
  "(readState) eq ('unread')": unread,
  "'unread' eq readState": unread,
  "'a' lt groupName": group('gt', 'a'),
  "groupName in ('a')": { kind: 'or', of: [group('eq', 'a')] },
  "not groupName in ('a', null )": {
    kind: 'not',
    of: { kind: 'or', of: [group('eq', 'a'), group('eq', null)] },
  },
  "not (readState eq 'unread')": { kind: 'not', of: unread },
  "not startswith(groupName,'o''n')": {
    kind: 'not',
    of: { kind: 'startsWith', property: 'groupName', value: "o'n" },
  },
  "groupName eq 'a' or readState eq 'unread' and groupName ne null": {
    kind: 'or',
    of: [group('eq', 'a'), { kind: 'and', of: [unread, group('ne', null)] }],
  },
  'createdDateTime ge 2026-11-30T10:00:00.25+02:00': created(Date.UTC(2026, 10, 30, 8, 0, 0, 250)),
  'createdDateTime ge 2026-11-30T10:00:00.0001Z': created(Date.UTC(2026, 10, 30, 10) + 0.5),
  'createdDateTime ge 2026-11-30T10:00:00.000000000000Z': created(Date.UTC(2026, 10, 30, 10)),
};
describe('a filter is read by the precedence of its operators', () => {
  for (const [text, filter] of Object.entries(read))
    test(text, () => assert.deepEqual(parseFilter(text), filter));
});

// https://github.com/oasis-tcs/odata-abnf, abnf/odata-abnf-testcases.yaml at e7790a5: the cases of the rules boolCommonExpr,
// notExpr, filter, SQUOTE-in-string and dateTimeOffsetValue that stay within comparisons of one property with one value. Their
// properties are ours: a text (Name, Street, CompanyName) is groupName, a path is response/actionId, a date createdDateTime.
const ofOasis: readonly string[] = [
  "groupName eq 'Hugo'",
  "response/actionId eq 'Hugo'",
  "groupName ne 'Milk'",
  "groupName gt 'Milk'",
  "groupName ge 'Milk'",
  "groupName lt 'Milk'",
  "groupName le 'Milk'",
  "groupName eq 'Milk'",
  "response/actionId eq 'Milk'",
  "groupName EQ 'Milk' AND priority LT 'b'",
  "groupName Eq 'Milk' OR priority Lt 'b'",
  "not startswith(groupName,'ilk')",
  "groupName in ('Milk', 'Cheese')",
  "(groupName eq 'Milk')",
  "startswith(groupName,'Futterkiste')",
  "startswith(response/actionId,'Futterkiste')",
  'createdDateTime eq 2012-09-03T13:52Z',
  'createdDateTime eq 2012-09-03T22:09:02Z',
  'createdDateTime eq 1972-06-30T23:59:60Z',
  'createdDateTime eq 2012-08-31T18:19:22.1Z',
  'createdDateTime eq 0000-01-01T00:00Z',
  'createdDateTime eq 2012-09-03T14:53+02:00',
  'createdDateTime eq 2012-09-03T12:53Z',
];
const notOfOasis: readonly string[] = [
  'createdDateTime eq 2011-12-31T24:00Z',
  'createdDateTime eq 2011-12-31T24:00:00Z',
  'createdDateTime eq 2012-09-03T24:00-03:00',
  'createdDateTime eq -INF',
  'createdDateTime eq INF',
  'createdDateTime eq 2012-09-03T23%3A59Z',
  'createdDateTime eq 2012-09-03T23:59+01%3A00',
  'any()',
  'all(lambda:true)',
];
describe('OASIS’s cases that fit', () => {
  for (const text of ofOasis) test(`${text} is a filter`, () => assert.ok(parseFilter(text)));
  for (const text of notOfOasis)
    test(`${text} is none`, () => assert.throws(() => parseFilter(text), { kind: 'invalidRequest' }));
});

/** What is wrong, with the position and words that say what would be right. */
const wrong: Readonly<Record<string, readonly [position: number, words: RegExp]>> = {
  '': [1, /a filter is missing/],
  "not readState eq 'unread'": [1, /brackets.*not \(readState eq …\)/],
  "groupName ne 'a' and not priority eq 'High'": [22, /brackets.*not \(priority eq …\)/],
  "not (readState) eq 'unread'": [1, /brackets/],
  readState: [1, /"readState" alone is neither true nor false/],
  "'a'": [1, /a value alone/],
  "readState eq 'unread": [14, /is not closed: end it with a quote/],
  "(readState eq 'unread'": [23, /bracket of position 1 is not closed/],
  "readState eq 'unread')": [22, /closes none/],
  "readState eq 'unread' groupName eq 'a'": [23, /"groupName" can not stand here: join/],
  "readState gt 'a' eq 'b'": [1, /this is true or false: join/],
  "readState eq 'a' eq 'b'": [1, /this is true or false: join/],
  'readState eq': [13, /ends where a property or a value/],
  "eq 'unread'": [1, /missing before "eq"/],
  "readState and 'unread'": [1, /alone/],
  'readState eq unread': [14, /"unread" can not be filtered by: known are readState/],
  "colour eq 'red'": [1, /"colour" can not be filtered by: known are readState/],
  "ReadState eq 'red'": [1, /"ReadState"/],
  "payload/visualContent/title eq 'x'": [1, /known are/],
  'groupName eq priority': [14, /compares a property with a value/],
  'null eq null': [9, /compares a property with a value/],
  'priority eq 1': [13, /"1" can not stand here/],
  'priority eq "High"': [13, /can not stand here/],
  "createdDateTime gt '2026-11-30T00:00:00Z'": [20, /without quotes/],
  'groupName eq 2026-11-30T00:00:00Z': [14, /a text in single quotes/],
  'createdDateTime gt 2026-11-30': [20, /can not stand here/],
  'createdDateTime gt 2026-02-30T00:00:00Z': [20, /is no date/],
  'createdDateTime gt 2026-11-30T00:00:00 01:00': [20, /write it %2B/],
  "contains(groupName,'a')": [1, /"contains" is not supported/],
  "startswith(createdDateTime,'2026')": [12, /takes one of readState/],
  'startswith(groupName,null)': [22, /a text in single quotes/],
  "startswith(groupName 'a')": [22, /separated by a comma/],
  "startswith(groupName,'a','b')": [25, /two arguments/],
  'groupName in ()': [15, /can not stand here/],
  "groupName in 'a'": [14, /values in brackets/],
  "groupName in ('a' 'b')": [19, /separated by commas/],
  'groupName in (priority)': [15, /values only/],
  "'a' in ('a')": [1, /takes a property before it/],
  "groupName eq 'a\0'": [14, /U\+0000/],
};
describe('what is no filter is refused with its position', () => {
  for (const [text, [position, words]] of Object.entries(wrong)) {
    test(text, () =>
      assert.throws(
        () => parseFilter(text),
        (error) => {
          assert.ok(error instanceof HubError);
          assert.equal(error.details.target, '$filter');
          assert.match(error.message, new RegExp(`at position ${position}: `));
          assert.match(error.message, words);
          return true;
        },
      ),
    );
  }
});

test('a filter has bounds: 64 comparisons, 16 levels, 8 192 characters', () => {
  const joined = (count: number) => Array.from({ length: count }, () => "groupName eq 'a'").join(' or ');
  const listed = (count: number) => `groupName in (${Array.from({ length: count }, () => "'a'").join()})`;
  const nested = (depth: number) => `${'('.repeat(depth)}groupName eq 'a'${')'.repeat(depth)}`;
  const negated = (depth: number) => `${'not '.repeat(depth - 1)}(groupName eq 'a')`;
  const long = (length: number) => `groupName eq '${'a'.repeat(length - 15)}'`;
  const bounds: readonly [(size: number) => string, number, RegExp][] = [
    [joined, 64, /at most 64 comparisons/],
    [listed, 64, /at most 64 comparisons/],
    [nested, 16, /at most 16 deep/],
    [negated, 16, /at most 16 deep/],
    [long, 8192, /at most 8192 characters/],
  ];
  for (const [text, most, words] of bounds) {
    assert.ok(parseFilter(text(most)));
    assert.throws(() => parseFilter(text(most + 1)), words);
  }
});
