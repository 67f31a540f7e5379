import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openHands } from './support/hands.ts';
import { settled } from './support/open-stage.ts';

const stage = openHands();
const { press, show, sent, focused } = stage;

const bodyOf = (row: number) => stage.page.locator('.row').nth(row).locator('.body');
const height = async (row: number): Promise<number> => (await bodyOf(row).boundingBox())?.height ?? 0;

describe('a text', () => {
  beforeEach(() => show({ feed: 'long' }));

  test('of more than two lines unfolds with its button and with a key, and folds again', async () => {
    const folds = stage.page.locator('.fold');
    assert.equal(await folds.count(), 2, 'a long body and a long title');
    const folded = await height(0);
    await folds.first().click();
    await settled(stage.page);
    assert.ok((await height(0)) > 2.5 * folded);
    assert.equal(await folds.first().getAttribute('aria-expanded'), 'true');
    assert.deepEqual(await sent(), [], 'it is not opened by that');
    await stage.page.locator('.row .open').first().focus();
    await press('e');
    assert.equal(await height(0), folded);
  });

  test('keeps its newlines', async () => {
    await press('e');
    const lines = await bodyOf(0).evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    });
    assert.ok(lines >= 5, `${lines} lines`);
    assert.match((await bodyOf(0).textContent()) ?? '', /workers\.\n2\. Run[^\n]*\n\n3\. Start/);
  });

  test('unfolds in the history too', async () => {
    await stage.page.click('.tool.history');
    await settled(stage.page);
    await stage.page.locator('.fold').first().click();
    await settled(stage.page);
    assert.equal(await stage.page.locator('.fold').first().textContent(), 'Show less');
  });

  test('is measured anew when its content is replaced and when the panel has another width', async () => {
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      const body = 'Much more is to be said about this than two lines of the panel can hold. '.repeat(4);
      feed.post({ ...notification('long-1', start - 60_000, { title: 'Short', body }), contentVersion: 2 });
    });
    await settled(stage.page);
    assert.equal(await stage.page.locator('.fold').count(), 3);
    await stage.page.setViewportSize({ width: 330, height: 800 });
    await settled(stage.page);
    assert.ok((await stage.page.locator('.fold').count()) >= 3);
    await stage.page.setViewportSize({ width: 1440, height: 800 });
    await settled(stage.page);
    assert.equal(await stage.page.locator('.fold').count(), 3);
  });
});

describe('a link in a text', () => {
  beforeEach(() => show({ feed: 'long' }));

  test('opens beside the page, which it can not reach, and opens no notification', async () => {
    const links = await stage.page
      .locator('.row a')
      .evaluateAll((all) =>
        all.map((each) => [
          each.getAttribute('href'),
          each.getAttribute('target'),
          each.getAttribute('rel'),
          each.getAttribute('tabindex'),
        ]),
      );
    const safe = ['_blank', 'noopener noreferrer', '-1'];
    assert.deepEqual(links, [
      ['https://docs.example/migrate?from=2&to=3', ...safe],
      ['mailto:ops@docs.example', ...safe],
      ['tel:+49-30-1234', ...safe],
      ['https://docs.example/short', ...safe],
    ]);
    await stage.page.context().route('https://docs.example/**', (route) => route.fulfill({ body: 'there' }));
    const opened = stage.page.context().waitForEvent('page');
    await stage.page.locator('.row a').last().click();
    const tab = await opened;
    await tab.waitForLoadState();
    assert.deepEqual(
      [tab.url(), await tab.evaluate(() => window.opener)],
      ['https://docs.example/short', null],
    );
    await tab.close();
    assert.deepEqual(await sent(), []);
  });

  test('is reached by the arrow keys of its row, between it and its actions', async () => {
    await press('ArrowDown', 'ArrowRight');
    assert.equal(await focused(), 'https://docs.example/short');
    await press('ArrowRight');
    assert.equal(await focused(), 'Mark as read');
    await press('ArrowLeft', 'ArrowLeft');
    assert.equal(await focused(), 'long-1');
  });

  test('never comes from a script, and markup of an app is text', async () => {
    assert.equal(await stage.page.locator('.row').nth(2).locator('a, img').count(), 0);
    assert.match((await bodyOf(2).textContent()) ?? '', /javascript:alert\(1\).*<img src=x/);
  });

  test('lets a press beside it open the notification', async () => {
    await stage.page.locator('.row').nth(1).locator('.name').click({ force: true });
    await settled(stage.page);
    assert.deepEqual(await sent(), ['activate long-1']);
  });
});
