import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isTimeZone, minuteOfDay, nextMinute, startOfTomorrow } from './time-zone.ts';

const at = (text: string) => Date.parse(text);
const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');

test('a time zone is a name of the IANA database, in any case, and no offset', () => {
  for (const name of ['Europe/Berlin', 'europe/berlin', 'UTC', 'America/Argentina/Ushuaia', 'Asia/Kolkata'])
    assert.equal(isTimeZone(name), true, name);
  for (const name of ['+02:00', '-0500', 'Europe/Atlantis', '', 'Mars', '2', 'Europe/Berlin '])
    assert.equal(isTimeZone(name), false, name);
});

test('the wall clock shows the minute of its day, also where it is off by parts of an hour', () => {
  assert.equal(minuteOfDay('UTC', at('2026-12-01T00:00:00Z')), 0);
  assert.equal(minuteOfDay('Asia/Kathmandu', at('2026-12-01T00:00:00Z')), 5 * 60 + 45);
  assert.equal(minuteOfDay('America/St_Johns', at('2026-12-01T00:00:59Z')), 20 * 60 + 30);
  assert.equal(minuteOfDay('Pacific/Kiritimati', at('2026-12-01T10:00:00Z')), 0);
});

describe('tomorrow begins', () => {
  const cases: readonly (readonly [zone: string, now: string, tomorrow: string])[] = [
    ['UTC', '2026-11-30T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['Europe/Berlin', '2026-11-30T22:59:59Z', '2026-11-30T23:00:00Z'],
    ['Europe/Berlin', '2026-11-30T23:00:00Z', '2026-12-01T23:00:00Z'],
    // A day of 23 hours, and one of 25.
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    // Midnight itself is skipped: the day begins at one.
    ['Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-23T22:00:00Z'],
    ['America/Sao_Paulo', '2018-11-03T12:00:00Z', '2018-11-04T03:00:00Z'],
    // Half an hour of summer time, and a whole day that was skipped.
    ['Australia/Lord_Howe', '2026-04-04T12:00:00Z', '2026-04-04T13:00:00Z'],
    ['Pacific/Apia', '2011-12-29T12:00:00Z', '2011-12-30T10:00:00Z'],
  ];
  for (const [zone, now, tomorrow] of cases)
    test(`in ${zone} after ${now} at ${tomorrow}`, () =>
      assert.equal(iso(startOfTomorrow(zone, at(now))), tomorrow));
});

test('a minute that the clock skips has come when it has skipped it', () => {
  // 02:00 becomes 03:00 at 01:00Z.
  assert.equal(iso(nextMinute('Europe/Berlin', 150, at('2026-03-28T23:00:00Z'))), '2026-03-29T01:00:00Z');
  assert.equal(iso(nextMinute('Europe/Berlin', 180, at('2026-03-28T23:00:00Z'))), '2026-03-29T01:00:00Z');
  assert.equal(iso(nextMinute('Europe/Berlin', 180, at('2026-10-24T23:00:00Z'))), '2026-10-25T02:00:00Z');
});
