import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStage } from './support/open-stage.ts';
import { languageSuite } from './support/state-suites.ts';

languageSuite(1440);
languageSuite(360);

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
