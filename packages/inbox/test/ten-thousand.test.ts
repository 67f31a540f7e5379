import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type OpenStage, openStage, settled } from './support/open-stage.ts';

describe('ten thousand notifications', () => {
  let stage: OpenStage;
  before(async () => {
    stage = await openStage({ height: 800 });
    await stage.show({ feed: 'many', inline: true });
  });
  after(() => stage[Symbol.asyncDispose]());

  const look = () =>
    stage.page.evaluate(() => {
      const root = globalThis.stage.element.shadowRoot!;
      const scroller = root.querySelector('.scroller')!;
      const box = scroller.getBoundingClientRect();
      const rows = [...root.querySelectorAll<HTMLElement>('.row')];
      const seen = rows.filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > box.top && top < box.bottom;
      });
      return {
        count: rows.length,
        seen: seen.map((row) => Number(row.ariaPosInSet)),
        size: rows[0]?.ariaSetSize,
        left: scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop,
      };
    });

  const scrollTo = async (share: number): Promise<void> => {
    await stage.page.evaluate((part) => {
      const scroller = globalThis.stage.element.shadowRoot!.querySelector('.scroller')!;
      scroller.scrollTop = scroller.scrollHeight * part;
    }, share);
    await settled(stage.page);
  };

  test('are a few dozen rows in the document, wherever it is scrolled to', async () => {
    for (const share of [0, 0.1, 0.5, 0.9, 1, 0.3]) {
      await scrollTo(share);
      const { count, seen, size } = await look();
      assert.ok(count < 60, `${count} rows`);
      assert.ok(seen.length >= 4, `${seen.length} seen at ${share}`);
      assert.equal(size, '10000');
    }
  });

  test('are reached to the last one, by scrolling and by keyboard', async () => {
    await scrollTo(1);
    await scrollTo(1);
    assert.equal((await look()).seen.at(-1), 10_000);
    await scrollTo(0);
    await stage.page.evaluate(() => globalThis.stage.element.list.focusPosition(1));
    await stage.page.keyboard.press('End');
    await settled(stage.page);
    const { seen, left } = await look();
    assert.equal(seen.at(-1), 10_000);
    assert.ok(left <= 1, `${left} pixels below`);
    const position = await stage.page.evaluate(
      () => globalThis.stage.element.shadowRoot!.activeElement?.closest('.row')?.ariaPosInSet,
    );
    assert.equal(position, '10000');
  });

  test('stand still while others arrive above', async () => {
    await scrollTo(0.5);
    const firstSeen = async (): Promise<[number, number]> =>
      stage.page.evaluate(() => {
        const root = globalThis.stage.element.shadowRoot!;
        const top = root.querySelector('.scroller')!.getBoundingClientRect().top + 100;
        const row = [...root.querySelectorAll<HTMLElement>('.row')].find(
          (each) => each.getBoundingClientRect().top > top,
        );
        return [Number(row?.dataset.row?.slice(5)), row?.getBoundingClientRect().top ?? 0];
      });
    const [id, top] = await firstSeen();
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      feed.post(notification('new', start, { title: 'Fresh' }));
    });
    await settled(stage.page);
    const [idAfter, topAfter] = await firstSeen();
    assert.equal(idAfter, id);
    assert.ok(Math.abs(topAfter - top) <= 1, `moved by ${topAfter - top}`);
  });

  test('keep the focused row in the document when it is scrolled away', async () => {
    await stage.page.evaluate(() => globalThis.stage.element.list.focusPosition(2));
    await scrollTo(0.5);
    await stage.page.keyboard.press('ArrowDown');
    await settled(stage.page);
    const { seen } = await look();
    assert.ok(seen.includes(3), seen.join(' '));
  });
});
