import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDateTime, parseDateTime } from './date-time.ts';

const read: [text: string, iso: string][] = [
  ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31t12:00:00z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00+05:30', '2030-01-31T06:30:00.000Z'],
  ['2030-01-31T00:00:00-08:00', '2030-01-31T08:00:00.000Z'],
  ['2030-01-31T12:00:00.1Z', '2030-01-31T12:00:00.100Z'],
  ['2030-01-31T12:00:00.1239999Z', '2030-01-31T12:00:00.123Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
];
for (const [text, iso] of read) {
  test(`${text} is read as ${iso}`, () => {
    assert.equal(new Date(parseDateTime(text) ?? Number.NaN).toISOString(), iso);
  });
}

const wrong = [
  '',
  'tomorrow',
  '2030-01-31',
  '2030-01-31T12:00Z',
  '2030-01-31T12:00:00',
  '2030-01-31 12:00:00Z',
  '2030-02-30T12:00:00Z',
  '2029-02-29T12:00:00Z',
  '2030-13-01T12:00:00Z',
  '2030-01-31T24:00:00Z',
  '2030-01-31T12:60:00Z',
  '2030-01-31T12:00:00.Z',
  '2030-01-31T12:00:00+0530',
  '2030-01-31T12:00:00+24:00',
  ' 2030-01-31T12:00:00Z',
  '2030-01-31T12:00:00Z\n',
  '+012030-01-31T12:00:00Z',
];
for (const text of wrong) {
  test(`${JSON.stringify(text)} is no date and time`, () => assert.equal(parseDateTime(text), null));
}

test('every moment is read back from its own text', () => {
  const max = new Date('9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max, noInvalidDate: true }), (date) => {
      assert.equal(parseDateTime(date.toISOString()), date.getTime());
    }),
  );
});

test('a moment is written as Date.toISOString writes it', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        assert.equal(formatDateTime(date.getTime()), date.toISOString());
      },
    ),
  );
});
