// Takes a picture of every state at 360 and 1440 pixels, light and dark, into the folder that is named:
//   node packages/inbox/test/screenshots.ts [folder] [name…]
// A name may have a language, and is then taken in light only: `history@ar`, and in all five with `history@all`.
// Without a folder those of the documentation are taken anew, into docs/images.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openStage, settled } from './support/open-stage.ts';
import type { StageOptions } from './support/stage.ts';

interface Shot {
  readonly options: StageOptions;
  readonly act?: (page: Page) => Promise<unknown>;
}

const row = (number: number): string => `carillon-inbox .row >> nth=${number}`;

const shots: Readonly<Record<string, Shot>> = {
  list: { options: { feed: 'list' } },
  hover: { options: { feed: 'list' }, act: (page) => page.hover(row(1)) },
  focus: { options: { feed: 'list' }, act: (page) => page.keyboard.press('ArrowDown') },
  snooze: {
    options: { feed: 'list' },
    act: async (page) => {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('s');
    },
  },
  pick: {
    options: { feed: 'list' },
    act: async (page) => {
      await page.keyboard.press('s');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
    },
  },
  undo: { options: { feed: 'list' }, act: (page) => page.keyboard.press('Delete') },
  scrolled: { options: { feed: 'list' }, act: (page) => page.keyboard.press('End') },
  empty: { options: { feed: 'empty' } },
  filtered: { options: { feed: 'read' }, act: (page) => page.click('.segments button >> nth=1') },
  loading: { options: { feed: 'loading' } },
  error: { options: { feed: 'error' } },
  offline: { options: { feed: 'offline' } },
  'offline-empty': { options: { feed: 'offlineEmpty' } },
  'signed-out': { options: { feed: 'signedOut' } },
  'catching-up': { options: { feed: 'catchingUp' } },
  history: { options: { feed: 'history' }, act: (page) => page.click('.tool.history') },
  search: {
    options: { feed: 'history' },
    act: async (page) => {
      await page.click('.tool.history');
      await page.fill('.search input', 'example');
      await page.selectOption('.select select >> nth=0', 'dismissed');
      await settled(page);
      await page.locator('.row .open >> nth=0').focus();
      await page.keyboard.press('b');
    },
  },
  unfolded: { options: { feed: 'long' }, act: (page) => page.keyboard.press('e') },
  above: {
    options: { feed: 'many' },
    act: async (page) => {
      await page.keyboard.press('End');
      await page.evaluate(() => {
        const { feed, notification, start } = globalThis.stage;
        feed.post(notification('fresh', start, { title: 'Fresh' }));
      });
    },
  },
  snoozed: { options: { feed: 'history' }, act: (page) => page.click('.segments button >> nth=2') },
  visual: { options: { feed: 'visual' } },
  questions: { options: { feed: 'questions' } },
  reply: {
    options: { feed: 'questions' },
    act: (page) => page.locator('.choice', { hasText: 'Comment' }).first().click(),
  },
  confirm: {
    options: { feed: 'questions' },
    act: (page) => page.locator('.choice.destructive').first().click(),
  },
  'visual-off': { options: { feed: 'visual', pictures: 'off' } },
  inline: { options: { feed: 'list', inline: true } },
  arabic: { options: { feed: 'list', lang: 'ar' } },
  german: { options: { feed: 'list', lang: 'de' } },
  japanese: { options: { feed: 'list', lang: 'ja' } },
};

const documented: readonly [shot: string, width: number, theme: 'light' | 'dark', file: string][] = [
  ['hover', 1440, 'light', 'inbox-light.png'],
  ['snooze', 1440, 'dark', 'inbox-dark-snooze.png'],
  ['undo', 360, 'light', 'inbox-phone-undo.png'],
  ['empty', 360, 'dark', 'inbox-phone-empty.png'],
  ['arabic', 1440, 'light', 'inbox-arabic.png'],
  ['history', 1440, 'light', 'inbox-history.png'],
  ['questions', 1440, 'light', 'inbox-question.png'],
];

const languages = ['en', 'de', 'fr', 'ja', 'ar'];

async function shoot(
  nameAndLanguage: string,
  width: number,
  theme: 'light' | 'dark',
  file: string,
  isClose = false,
): Promise<void> {
  const [name = '', lang] = nameAndLanguage.split('@');
  const shot = shots[name];
  if (!shot) throw new Error(`there is no shot ${name}`);
  const isPhone = width < 480;
  const size = isPhone ? { width, height: 740, hasTouch: true } : { width, height: 760 };
  await using stage = await openStage(size);
  await stage.show({ ...shot.options, theme, ...(lang === undefined ? {} : { lang }) });
  await stage.page.mouse.move(1, 400);
  await shot.act?.(stage.page);
  await settled(stage.page);
  const clip = isClose && !isPhone ? { clip: { x: width - 640, y: 0, width: 640, height: 720 } } : {};
  await stage.page.screenshot({ path: file, ...clip });
}

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) {
  for (const [name, width, theme, file] of documented) {
    await shoot(name, width, theme, join(import.meta.dirname, '../../../docs/images', file), true);
  }
} else {
  mkdirSync(folder, { recursive: true });
  const wanted = names.length > 0 ? names : Object.keys(shots);
  for (const name of wanted.flatMap((each) =>
    each.endsWith('@all') ? languages.map((tag) => each.replace('@all', `@${tag}`)) : [each],
  )) {
    for (const width of [360, 1440]) {
      for (const theme of name.includes('@') ? (['light'] as const) : (['light', 'dark'] as const)) {
        await shoot(name, width, theme, join(folder, `${name}-${width}-${theme}.png`), true);
      }
    }
  }
}
