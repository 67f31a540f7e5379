import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as ar from './ar.ts';
import { consoleTexts as consoleAr } from './console/ar.ts';
import { consoleTexts as consoleDe } from './console/de.ts';
import { consoleTexts as consoleEn } from './console/en.ts';
import { consoleTexts as consoleFr } from './console/fr.ts';
import { consoleTexts as consoleJa } from './console/ja.ts';
import * as de from './de.ts';
import * as en from './en.ts';
import * as fr from './fr.ts';
import * as ja from './ja.ts';
import { chooseLanguage, directionOf, fill, languages } from './languages.ts';
import { preferences } from './preferences.ts';

const catalogues = { en, de, fr, ja, ar };
const consoles = { en: consoleEn, de: consoleDe, fr: consoleFr, ja: consoleJa, ar: consoleAr };
const parts = ['inbox', 'page', 'signIn', 'preferences', 'console'] as const;

/** Words that two languages share. */
const shared = new Set([
  'Notifications',
  'Browser',
  'Name',
  'Snooze',
  'Group',
  'Console',
  'App',
  'Audit',
  'Status',
  'Webhooks',
  'Client',
  'Clients',
  'Latency',
  'Service',
  'Version',
  'Apps',
  'Installation',
  'Type',
  'Host',
  'Ressource',
  'Session',
  'Sessions',
]);

type Message = string | Readonly<Record<string, string>>;

function messagesOf(language: keyof typeof catalogues): [key: string, message: Message][] {
  const all = { ...catalogues[language], preferences: preferences[language], console: consoles[language] };
  return parts.flatMap((part) =>
    Object.entries(all[part]).map(([key, message]): [string, Message] => [`${part}.${key}`, message]),
  );
}

function namesIn(message: string): string[] {
  return (message.match(/\{\w+\}/g) ?? []).sort();
}

describe('the catalogues', () => {
  const english = new Map(messagesOf('en'));

  test('are those of the languages that are offered', () => {
    assert.deepEqual(Object.keys(catalogues), [...languages]);
  });

  for (const language of languages) {
    test(`${language} has every text, with every plural of its language, and fills in what English does`, () => {
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      const messages = messagesOf(language);
      assert.deepEqual(
        messages.map(([key]) => key),
        [...english.keys()],
      );
      for (const [key, message] of messages) {
        const source = english.get(key);
        if (typeof message === 'string') {
          assert.notEqual(message.trim(), '', key);
          assert.deepEqual(namesIn(message), typeof source === 'string' ? namesIn(source) : null, key);
        } else {
          assert.deepEqual(Object.keys(message).sort(), [...categories].sort(), key);
        }
      }
    });

    if (language !== 'en') {
      test(`${language} leaves nothing in English`, () => {
        const same = messagesOf(language).filter(
          ([key, message]) =>
            typeof message === 'string' && message === english.get(key) && !shared.has(message),
        );
        assert.deepEqual(same, []);
      });
    }
  }
});

test('the first wanted language that has a catalogue is taken, else English', () => {
  assert.equal(chooseLanguage(['de-AT', 'fr']), 'de');
  assert.equal(chooseLanguage(['tlh', 'FR-ca']), 'fr');
  assert.equal(chooseLanguage(['*', '', 'not a tag']), 'en');
});

test('texts run from the right in the languages that do', () => {
  assert.deepEqual(['ar', 'he-IL', 'de', 'en'].map(directionOf), ['rtl', 'rtl', 'ltr', 'ltr']);
});

test('a text is filled in with what it names, and keeps what nobody gave', () => {
  assert.equal(fill('{a} and {b}, {a}', { a: '$&' }), '$& and {b}, $&');
});
