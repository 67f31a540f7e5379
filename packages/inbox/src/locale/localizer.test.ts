import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import { chooseLocale, directionOf, setLocale } from './locales.ts';
import { Localizer } from './localizer.ts';
import type { Messages } from './messages.ts';

const catalogs: Readonly<Record<string, Messages>> = { en, de, fr, ja, ar };
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();
const now = at(19, 14, 30);

describe('the catalogs', () => {
  for (const [tag, messages] of Object.entries(catalogs)) {
    test(`${tag} has every plural of its language, and fills in what English does`, () => {
      const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
      for (const [key, message] of Object.entries(messages)) {
        const english = en[key as keyof Messages];
        if (typeof message === 'string') {
          assert.notEqual(message.trim(), '', key);
          assert.deepEqual(names(message), names(english as string), key);
        } else {
          assert.deepEqual(Object.keys(message).sort(), [...categories].sort(), key);
        }
      }
    });

    if (tag !== 'en') {
      test(`${tag} leaves nothing in English`, () => {
        const allowed = new Set(['title', 'snooze', 'group']);
        const same = Object.entries(messages).filter(
          ([key, message]) =>
            typeof message === 'string' && message === en[key as keyof Messages] && !allowed.has(key),
        );
        assert.deepEqual(same, []);
      });
    }
  }
});

function names(message: string): string[] {
  return (message.match(/\{\w+\}/g) ?? []).sort();
}

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

test('Arabic, Hebrew and Persian run from right to left', () => {
  assert.deepEqual(['ar-EG', 'he', 'fa', 'en', 'ja'].map(directionOf), ['rtl', 'rtl', 'rtl', 'ltr', 'ltr']);
});
