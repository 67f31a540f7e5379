import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InboxMessages as Messages } from '@carillon/words';
import { inbox as de } from '@carillon/words/de';
import { inbox as en } from '@carillon/words/en';
import { inbox as fr } from '@carillon/words/fr';
import './built-in.ts';
import { chooseLocale, setLocale } from './locales.ts';
import { Localizer } from './localizer.ts';

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();
const now = at(19, 14, 30);

describe('a localizer', () => {
  test('takes the first language that has a catalog, by its parts, and English at the end', () => {
    const chosen = (...wanted: string[]): Messages => chooseLocale(wanted).messages;
    assert.equal(chosen('de-AT'), de);
    assert.equal(chosen('tlh', 'fr'), fr);
    assert.equal(chosen('not a tag'), en);
    assert.equal(new Localizer(['de-AT']).tag, 'de-AT');
  });

  test('speaks a language that a page added', () => {
    setLocale('nl', { ...en, title: 'Meldingen' });
    assert.equal(new Localizer(['nl-BE']).text('title'), 'Meldingen');
  });

  test('says how long ago within today, and the time of day for other days', () => {
    const words = new Localizer(['en']);
    assert.deepEqual(
      [now - 20_000, now - 5 * 60_000, at(19, 9), at(18, 16, 5)].map((time) => words.ago(time, now)),
      ['now', '5m ago', '5h ago', '4:05 PM'],
    );
  });

  test('names days as people do', () => {
    const days = (tag: string): string[] =>
      [at(19, 1), at(18, 1), at(16, 1), at(1, 1), new Date(2025, 11, 31).getTime()].map((time) =>
        new Localizer([tag]).day(time, now),
      );
    assert.deepEqual(days('en'), ['Today', 'Yesterday', 'Monday', 'November 1', 'December 31, 2025']);
    assert.deepEqual(days('de'), ['Heute', 'Gestern', 'Montag', '1. November', '31. Dezember 2025']);
    assert.equal(days('fr')[0], 'Aujourd’hui');
    assert.equal(days('ja')[1], '昨日');
  });

  test('counts in the forms of the language', () => {
    const pending = (tag: string, count: number): string => new Localizer([tag]).count('pending', count);
    assert.equal(pending('en', 1), '1 change waits to be sent');
    assert.equal(pending('fr', 0), '0 modification en attente');
    assert.equal(pending('ar', 2), 'تغييران بانتظار الإرسال');
  });
});
