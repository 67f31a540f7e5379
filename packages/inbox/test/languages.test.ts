import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type OpenStage, openStage, settled } from './support/open-stage.ts';
import { languageSuite } from './support/state-suites.ts';

languageSuite(1440);
languageSuite(360);

describe('the language of the component', () => {
  const title = (stage: OpenStage): Promise<string | null> => stage.page.textContent('#title');

  test('is the browser’s where only the html element says English, and then runs in its direction', async () => {
    await using stage = await openStage({ locale: 'ar-EG' });
    await stage.show({ feed: 'list', lang: '' });
    assert.equal(await stage.page.getAttribute('html', 'lang'), 'en');
    assert.equal(await title(stage), 'الإشعارات');
    assert.equal(await stage.page.getAttribute('.panel', 'dir'), 'rtl');
  });

  test('is what the page asks for: on the element, around it, or for a whole page that is in another language', async () => {
    await using stage = await openStage({ locale: 'fr' });
    await stage.show({ feed: 'list', lang: 'en' });
    assert.equal(await title(stage), 'Notifications');
    await stage.show({ feed: 'list', lang: 'de' });
    assert.equal(await title(stage), 'Benachrichtigungen');
    await stage.show({ feed: 'list', lang: '' });
    await stage.page.evaluate(() => {
      document.querySelector('header')!.lang = 'ja';
      globalThis.stage.element.requestUpdate();
    });
    await settled(stage.page);
    assert.equal(await title(stage), '通知');
  });

  test('is English where no catalogue is wanted', async () => {
    await using stage = await openStage({ locale: 'nl' });
    await stage.show({ feed: 'list', lang: '' });
    assert.equal(await title(stage), 'Notifications');
  });
});

describe('right to left', () => {
  test('Arabic lays the panel from the right, and texts of apps keep their own direction', async () => {
    await using stage = await openStage();
    await stage.show({ feed: 'list', lang: 'ar' });
    const laid = await stage.page.evaluate(() => {
      const root = globalThis.stage.element.shadowRoot!;
      const box = (selector: string) => root.querySelector(selector)!.getBoundingClientRect();
      return {
        isTitleRight: box('#title').left > box('.tool.close').left,
        isAvatarRight: box('.avatar').left > box('.name').left,
        nameDirection: getComputedStyle(root.querySelector('.name')!).direction,
      };
    });
    assert.deepEqual(laid, { isTitleRight: true, isAvatarRight: true, nameDirection: 'ltr' });
  });
});
