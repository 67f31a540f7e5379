// Any filter, as a value and as the text of a `$filter`: for the parser, and for the stores against the plain meaning.
import fc from 'fast-check';
import {
  comparisons,
  type DateTerm,
  dateProperties,
  type Filter,
  type TextTerm,
  textProperties,
} from '../../../hub/src/model/query/filter.ts';
import { startMs } from './writes.ts';

/** Quotes, what sorts differently by units and by code points, what starts with another, and nothing. */
export const texts = [
  '',
  'a',
  'ab',
  "o'neil",
  'B',
  '\u{1f514}',
  '\uffee',
  '\ue000',
  '\ue0001',
  '\ud7ff',
  '\ud7ffa',
  '\u{10ffff}',
  'a\u{10ffff}',
  'ä',
  '%_',
  'unread',
  'read',
  'High',
  'approve',
];

/** Around the times of the rows, on and between milliseconds. */
const time = fc
  .tuple(fc.integer({ min: -4, max: 4 }), fc.constantFrom(0, 0, 0.5))
  .map(([offset, part]) => startMs + offset + part);
const comparison = fc.constantFrom(...comparisons);
const text = fc.constantFrom(...texts);
const textTerm: fc.Arbitrary<TextTerm> = fc.record(
  {
    kind: fc.constant('text'),
    property: fc.constantFrom(...textProperties),
    comparison,
    value: fc.option(text, { freq: 6 }),
  },
  { noNullPrototype: true },
);
const dateTerm: fc.Arbitrary<DateTerm> = fc.record(
  {
    kind: fc.constant('date'),
    property: fc.constantFrom(...dateProperties),
    comparison,
    value: fc.option(time, { freq: 6 }),
  },
  { noNullPrototype: true },
);
const prefixTerm: fc.Arbitrary<Filter> = fc.record(
  {
    kind: fc.constant('startsWith'),
    property: fc.constantFrom(...textProperties),
    value: text,
  },
  { noNullPrototype: true },
);

const joins = ['and', 'or'] as const;

export const filterArbitrary: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(textTerm, dateTerm, prefixTerm),
    tie('filter').map((of): Filter => ({ kind: 'not', of })),
    fc
      .tuple(fc.constantFrom(...joins), fc.array(tie('filter'), { minLength: 2, maxLength: 3 }))
      // A join within the same join would be read as one.
      .map(
        ([kind, of]): Filter => ({
          kind,
          of: of.map((each) => (each.kind === kind ? { kind: 'not', of: each } : each)),
        }),
      ),
  ),
})).filter;

export function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
      return filter.of
        .map((each) => (each.kind === 'or' ? `(${filterText(each)})` : filterText(each)))
        .join(' and ');
    case 'or':
      return filter.of.map(filterText).join(' or ');
    case 'not':
      return filter.of.kind === 'not' || filter.of.kind === 'startsWith'
        ? `not ${filterText(filter.of)}`
        : `not (${filterText(filter.of)})`;
    case 'startsWith':
      return `startswith(${filter.property},${quoted(filter.value)})`;
    case 'text':
      return `${filter.property} ${filter.comparison} ${filter.value === null ? 'null' : quoted(filter.value)}`;
    case 'date':
      return `${filter.property} ${filter.comparison} ${dated(filter.value)}`;
  }
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function dated(value: number | null): string {
  if (value === null) return 'null';
  const whole = new Date(Math.floor(value)).toISOString();
  return Number.isInteger(value) ? whole : whole.replace('Z', '0000001Z');
}
