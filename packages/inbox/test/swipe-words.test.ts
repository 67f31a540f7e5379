// The word of a swipe fits into what is free of its row where letting go acts, in every language on the smallest phone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './support/open-stage.ts';

test('what a swipe will do can be read before it does', async () => {
  await using stage = await openStage({ width: 360, height: 740, hasTouch: true });
  for (const lang of ['en', 'de', 'fr', 'ja', 'ar']) {
    await stage.show({ feed: 'list', lang });
    const [room, widths] = await stage.page.evaluate(() => {
      const { element } = globalThis.stage;
      const row = element.shadowRoot!.querySelector<HTMLElement>('.row')!;
      const pen = new OffscreenCanvas(1, 1).getContext('2d')!;
      const measured = (['dismiss', 'snooze'] as const).flatMap((key) => {
        row.dataset.swipe = key === 'dismiss' ? 'end' : 'start';
        row.dataset.word = element.words.text(key);
        const { font, width } = getComputedStyle(row, '::after');
        pen.font = font;
        // Its box, and what of it can not break.
        const parts = row.dataset.word.split(' ').map((part) => Math.round(pen.measureText(part).width));
        return [Number.parseFloat(width), ...parts];
      });
      return [row.offsetWidth * 0.3 - 12, measured] as const;
    });
    assert.ok(Math.max(...widths) <= room, `${lang}: ${widths} of ${room}`);
  }
});
