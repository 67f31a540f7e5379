// Suites over every state of the component at one width: each is said in words, fits, and axe finds nothing. They are
// functions, so that a test file runs one of them and stays within its time.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import { type OpenStage, openStage, settled } from './open-stage.ts';
import type { StageOptions } from './stage.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface State {
  readonly name: string;
  readonly options: StageOptions;
  readonly says: RegExp;
  readonly act?: (stage: OpenStage) => Promise<unknown>;
}

const openHistory = (stage: OpenStage): Promise<void> => stage.page.click('.tool.history');

const states: readonly State[] = [
  { name: 'a list', options: { feed: 'list' }, says: /Deployment to production finished/ },
  { name: 'an inline list', options: { feed: 'list', inline: true }, says: /Yesterday/ },
  { name: 'nothing', options: { feed: 'empty' }, says: /all caught up/ },
  { name: 'loading', options: { feed: 'loading' }, says: /Loading notifications/ },
  { name: 'an error', options: { feed: 'error' }, says: /Reload the page/ },
  {
    name: 'offline with a list',
    options: { feed: 'offline' },
    says: /Offline\. .* 3 changes wait to be sent/,
  },
  {
    name: 'offline before the first read',
    options: { feed: 'offlineEmpty' },
    says: /You’re offline.*does not answer/s,
  },
  { name: 'signed out', options: { feed: 'signedOut' }, says: /Sign in to see/ },
  { name: 'catching up', options: { feed: 'catchingUp' }, says: /Catching up… · 1 change waits/ },
  { name: 'the history', options: { feed: 'history' }, says: /Dismissed/, act: openHistory },
  {
    name: 'a search in the history',
    options: { feed: 'history' },
    says: /Found: 2/,
    async act(stage) {
      await openHistory(stage);
      await stage.page.fill('.search input', 'STOCK low');
    },
  },
  {
    name: 'what came back from the history',
    options: { feed: 'history' },
    says: /Brought back/,
    async act(stage) {
      await openHistory(stage);
      await stage.page.selectOption('.select select >> nth=0', 'dismissed');
      await settled(stage.page);
      await stage.page.locator('.row .open >> nth=0').focus();
      await stage.page.keyboard.press('b');
    },
  },
  {
    name: 'what is snoozed',
    options: { feed: 'history' },
    says: /Snoozed until/,
    act: (stage) => stage.page.click('.segments button >> nth=2'),
  },
  {
    name: 'pictures, progress and links',
    options: { feed: 'visual' },
    says: /Nordlicht Shop.*Track parcel.*40\s?%/s,
  },
  {
    name: 'questions',
    options: { feed: 'questions' },
    says: /Answer in 9.*Your answer: Comment.*Time ran out: Reject/s,
  },
  {
    name: 'a line for the reply',
    options: { feed: 'questions' },
    says: /Cancel/,
    act: ({ page }) => page.locator('.choice', { hasText: 'Comment' }).first().click(),
  },
  {
    name: 'a choice that asks twice',
    options: { feed: 'questions' },
    says: /Are you sure/,
    act: ({ page }) => page.locator('.choice', { hasText: 'Reject' }).first().click(),
  },
  {
    name: 'an answer that came too late',
    options: { feed: 'questions' },
    says: /Already answered on another device: Approve/,
    act: ({ page }) =>
      page.evaluate(() => {
        const { feed } = globalThis.stage;
        const item = feed.all.find(({ id }) => id === 'question-0')!;
        const response = {
          actionId: 'approve',
          text: null,
          respondedDateTime: item.createdDateTime,
          respondedBy: 'user',
        } as const;
        feed.decide('question-0', { ...item, response, readState: 'read', userActionState: 'activated' });
      }),
  },
  {
    name: 'no pictures',
    options: { feed: 'visual', pictures: 'off' },
    says: /Nordlicht Shop.*Track parcel/s,
  },
  { name: 'texts of more than two lines', options: { feed: 'long' }, says: /Show all of it/ },
  {
    name: 'a text that is unfolded',
    options: { feed: 'long' },
    says: /Show less/,
    act: (stage) => stage.page.keyboard.press('e'),
  },
  {
    name: 'new ones above a list that is scrolled',
    options: { feed: 'many' },
    says: /1 new notification/,
    async act({ page }) {
      await page.keyboard.press('End');
      await page.evaluate(() => {
        const { feed, notification, start } = globalThis.stage;
        feed.post(notification('fresh', start, { title: 'Fresh' }));
      });
    },
  },
  {
    name: 'a filter without a match',
    options: { feed: 'read' },
    says: /No notification matches/,
    act: (stage) => stage.page.click('.segments button >> nth=1'),
  },
  {
    name: 'the snooze menu',
    options: { feed: 'list' },
    says: /This evening.*Next week/s,
    act: (stage) => stage.page.keyboard.press('s'),
  },
  {
    name: 'the picker of a time',
    options: { feed: 'list' },
    says: /Snooze until/,
    async act({ page }) {
      for (const key of ['s', 'End', 'Enter']) await page.keyboard.press(key);
    },
  },
  {
    name: 'the way back from a deletion',
    options: { feed: 'list' },
    says: /Notification deleted/,
    act: (stage) => stage.page.keyboard.press('Shift+Delete'),
  },
  {
    name: 'a change that was refused',
    options: { feed: 'list' },
    says: /not accepted: It is gone/,
    act: (stage) => stage.page.evaluate(() => globalThis.stage.feed.refuse('sample-1', 'It is gone.')),
  },
];

export function stateSuite(width: number): void {
  describe(`at ${width} pixels`, () => {
    let stage: OpenStage;
    before(async () => {
      stage = await openStage({ width, height: 740, hasTouch: width < 480 });
    });
    after(() => stage[Symbol.asyncDispose]());

    for (const { name, options, says, act } of states) {
      test(`${name} is said, fits its width and axe finds nothing, light and dark`, async () => {
        for (const theme of ['light', 'dark'] as const) {
          await stage.show({ ...options, theme });
          await act?.(stage);
          await settled(stage.page);
          assert.match(await saidWords(stage), says);
          assert.deepEqual(await overflows(stage), []);
          assert.deepEqual(await axeFindings(stage), []);
        }
      });
    }
  });
}

export function languageSuite(width: number): void {
  describe(`at ${width} pixels`, () => {
    let stage: OpenStage;
    before(async () => {
      stage = await openStage({ width, height: 740, hasTouch: width < 480 });
    });
    after(() => stage[Symbol.asyncDispose]());

    for (const lang of ['en', 'de', 'fr', 'ja', 'ar']) {
      test(`in ${lang} every text fits and nothing is left to fill in`, async () => {
        for (const feed of [
          'offline',
          'signedOut',
          'empty',
          'history',
          'long',
          'visual',
          'questions',
          'list',
        ] as const) {
          await stage.show({ feed, lang });
          if (feed === 'history') await openHistory(stage);
          await settled(stage.page);
          assert.doesNotMatch(await saidWords(stage), /undefined|\{\w+\}/);
          assert.deepEqual(await overflows(stage), []);
        }
        assert.deepEqual(await axeFindings(stage), []);
      });
    }
  });
}

/** All words that are rendered, those for screen readers too. */
function saidWords({ page }: OpenStage): Promise<string> {
  return page.evaluate(() => {
    const root = globalThis.stage.element.shadowRoot!;
    const labels = [...root.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label'));
    const texts = [...root.children]
      .filter((each) => each.localName !== 'style')
      .map((each) => each.textContent);
    return [...texts, ...labels].join('\n').replace(/[^\S\n]*\n\s*/g, '\n');
  });
}

/** What is wider than the page, or sticks out of the panel. */
function overflows({ page }: OpenStage): Promise<string[]> {
  return page.evaluate(() => {
    const root = globalThis.stage.element.shadowRoot!;
    const panel = root.querySelector('.panel')!.getBoundingClientRect();
    const isOut = ({ left, right, width }: DOMRect): boolean =>
      width > 1 && (left < panel.left - 0.5 || right > panel.right + 0.5);
    const within = [...root.querySelectorAll('.panel *:not(.menu, .menu *, svg *, option)')];
    const found = within.filter((each) => isOut(each.getBoundingClientRect()));
    const isPageWide =
      document.documentElement.scrollWidth > innerWidth || panel.right > innerWidth || panel.left < 0;
    return [...found.map((each) => each.outerHTML.slice(0, 120)), ...(isPageWide ? ['the page'] : [])];
  });
}

async function axeFindings({ page }: OpenStage): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ path: axePath });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: Element): Promise<AxeResults> } };
    const { violations } = await axe.run(globalThis.stage.element);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.html.slice(0, 100)} ${node.failureSummary}`).join(' | ')}`,
    );
  });
}
