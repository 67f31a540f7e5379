import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { daysBetween, endOfDay, startOfDay } from './days.ts';
import { inputTime, snoozeChoices } from './snooze-choices.ts';

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();

/** The choices as `name day hour:minute`; 16 November 2026 is a Monday. */
function choices(now: number): string[] {
  return snoozeChoices(now).map(
    ({ choice, until }) => `${choice} ${inputTime(until).slice(8).replace('T', ' ')}`,
  );
}

describe('the choices to snooze', () => {
  test('are an hour, this evening, tomorrow morning and Monday morning', () => {
    assert.deepEqual(choices(at(19, 14, 30)), [
      'snoozeHour 19 15:30',
      'snoozeEvening 19 18:00',
      'snoozeTomorrow 20 08:00',
      'snoozeNextWeek 23 08:00',
    ]);
  });

  test('leave this evening out when it has come', () => {
    assert.deepEqual(
      choices(at(19, 17)).map((each) => each.split(' ')[0]),
      ['snoozeHour', 'snoozeTomorrow', 'snoozeNextWeek'],
    );
  });

  test('mean the next Monday on a Monday, and tomorrow on a Sunday', () => {
    assert.equal(choices(at(16, 9)).at(-1), 'snoozeNextWeek 23 08:00');
    assert.equal(choices(at(22, 9)).at(-1), 'snoozeNextWeek 23 08:00');
  });
});

describe('days', () => {
  test('begin and end at midnight of the zone, also at the end of a year', () => {
    assert.equal(startOfDay(at(19, 23, 59)), at(19, 0));
    assert.equal(endOfDay(at(19, 0)), at(20, 0));
    assert.equal(endOfDay(new Date(2026, 11, 31, 5).getTime()), new Date(2027, 0, 1).getTime());
  });

  test('are counted by midnights, not by hours', () => {
    assert.equal(daysBetween(at(18, 23, 59), at(19, 0)), 1);
    assert.equal(daysBetween(at(19, 0), at(19, 23)), 0);
    assert.equal(daysBetween(at(21, 0), at(19, 23)), -2);
  });
});
