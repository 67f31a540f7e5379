import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawSeed, openRandom } from '@carillon/testing/machine/random.ts';
import type { Content } from '../notification.ts';
import type { Preferences, StoredMute, StoredQuietHours } from './preferences.ts';
import { quietUntil, silenceOf } from './silence.ts';

const noon = Date.UTC(2026, 10, 30, 12);
const hourMs = 3_600_000;
const minuteMs = 60_000;

function contentOf(more: object = {}): Content {
  const posted = { groupName: 'builds', priority: 'High', payload: { visualContent: { title: 't' } } };
  return { ...posted, ...more } as Content;
}

function mute(more: Partial<StoredMute> = {}): StoredMute {
  return { app: 'app-a', host: 'a.example', group: null, device: null, until: null, ...more };
}

const ringing = { app: 'app-a', content: contentOf(), device: 'phone' };
const with_ = (more: Partial<Preferences>): Preferences => ({ mutes: [], quietHours: null, ...more });
const of = (mutes: readonly StoredMute[], at = noon) => silenceOf(with_({ mutes }), ringing, at);

describe('a mute', () => {
  test('silences its app or its group, on its device or on all', () => {
    for (const each of [
      mute(),
      mute({ group: 'builds' }),
      mute({ device: 'phone' }),
      mute({ group: 'builds', device: 'phone' }),
    ])
      assert.equal(of([each]), 'muted');
    for (const each of [
      mute({ app: 'app-b' }),
      mute({ group: 'orders' }),
      mute({ device: 'laptop' }),
      mute({ group: 'builds', device: 'laptop' }),
    ])
      assert.equal(of([each]), null);
  });

  test('lasts up to its end and no longer; of several the last end counts', () => {
    const until = noon + hourMs;
    assert.equal(of([mute({ until })]), 'muted until 2026-11-30T13:00:00.000Z');
    assert.equal(of([mute({ until })], until - 1), 'muted until 2026-11-30T13:00:00.000Z');
    assert.equal(of([mute({ until })], until), null);
    assert.equal(
      of([mute({ until }), mute({ group: 'builds', until: until + 1 })]),
      'muted until 2026-11-30T13:00:00.001Z',
    );
    assert.equal(of([mute({ until }), mute({ device: 'phone' })]), 'muted');
  });
});

describe('quiet hours', () => {
  const night: StoredQuietHours = { zone: 'Europe/Berlin', start: 22 * 60, end: 7 * 60, passes: [] };
  const midnight = Date.UTC(2026, 10, 30, 23);
  const at = (quietHours: StoredQuietHours, content = contentOf(), time = midnight) =>
    silenceOf(with_({ quietHours }), { ...ringing, content }, time);
  const urgent = (interruptionLevel: string) =>
    contentOf({ priority: 'Low', payload: { visualContent: { title: 't', interruptionLevel } } });

  test('hold by the wall clock of the zone, from their start up to their end', () => {
    assert.equal(at(night), 'quietHours until 2026-12-01T06:00:00.000Z');
    assert.equal(at(night, contentOf(), Date.UTC(2026, 10, 30, 20, 59, 59, 999)), null);
    assert.notEqual(at(night, contentOf(), Date.UTC(2026, 10, 30, 21)), null);
    assert.notEqual(at(night, contentOf(), Date.UTC(2026, 11, 1, 5, 59, 59, 999)), null);
    assert.equal(at(night, contentOf(), Date.UTC(2026, 11, 1, 6)), null);
  });

  test('let pass what the person chose, and nothing else', () => {
    assert.equal(at({ ...night, passes: ['highPriority'] }), null);
    assert.notEqual(at({ ...night, passes: ['highPriority'] }, urgent('critical')), null);
    assert.equal(at({ ...night, passes: ['critical'] }, urgent('critical')), null);
    assert.notEqual(at({ ...night, passes: ['critical'] }, urgent('timeSensitive')), null);
    assert.equal(at({ ...night, passes: ['timeSensitive'] }, urgent('timeSensitive')), null);
    assert.notEqual(at({ ...night, passes: ['timeSensitive'] }, urgent('active')), null);
  });

  test('let nothing pass that is muted', () => {
    const quietHours = { ...night, passes: ['highPriority'] } as const;
    assert.equal(silenceOf({ mutes: [mute()], quietHours }, ringing, midnight), 'muted');
  });
});

/** What the wall clock shows, as text, by another way than the rules under test take. */
function openWallClock(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return (time) => format.format(time);
}

function isShownWithin(shown: string, start: string, end: string): boolean {
  return start < end ? start <= shown && shown < end : start <= shown || shown < end;
}

const textOf = (minutes: number) => new Date(minutes * minuteMs).toISOString().slice(11, 16);

test('until when it is quiet is what a walk along the wall clock finds, minute by minute, around every change of it', () => {
  const random = openRandom(drawSeed());
  // Days on which clocks change, and days beside them.
  const days: readonly (readonly [string, number])[] = [
    ['Europe/Berlin', Date.UTC(2026, 2, 29)],
    ['Europe/Berlin', Date.UTC(2026, 9, 25)],
    ['America/New_York', Date.UTC(2026, 2, 8)],
    ['America/New_York', Date.UTC(2026, 10, 1)],
    ['Australia/Lord_Howe', Date.UTC(2026, 3, 5)],
    ['Australia/Lord_Howe', Date.UTC(2026, 9, 4)],
    ['Africa/Cairo', Date.UTC(2026, 3, 24)],
    ['America/Sao_Paulo', Date.UTC(2018, 10, 4)],
    ['Asia/Kathmandu', Date.UTC(2026, 5, 1)],
    ['America/St_Johns', Date.UTC(2026, 10, 1)],
  ];
  for (let run = 0; run < 300; run++) {
    const [zone, day] = random.pick(days);
    // Often within the hours in which clocks change.
    const minute = () => random.below(random.chance(0.5) ? 240 : 1440);
    const [start, end] = [minute(), minute()];
    if (start === end) continue;
    const now = day + (random.below(3 * 1440) - 2160) * minuteMs;
    const shows = openWallClock(zone);
    const isQuiet = (time: number) => isShownWithin(shows(time), textOf(start), textOf(end));
    let expected: number | null = null;
    if (isQuiet(now)) {
      expected = now;
      while (isQuiet(expected)) expected += minuteMs;
    }
    const found = quietUntil({ zone, start, end, passes: [] }, now);
    const what = `${zone} ${textOf(start)}–${textOf(end)} at ${new Date(now).toISOString()}, seed ${random.seed}`;
    assert.equal(found && new Date(found).toISOString(), expected && new Date(expected).toISOString(), what);
  }
});
