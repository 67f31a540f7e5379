// What a row shows beside its words, in real Chromium: where it leads, pictures, progress, links, senders, the page's own rows.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openHands } from './support/hands.ts';
import { settled } from './support/open-stage.ts';

const stage = openHands();
const { press, show, sent, focused } = stage;
const row = (id: string) => stage.page.locator(`.row[data-row="${id}"]`);
const drawn = () => stage.page.locator('.row .choice').first().waitFor();
const eventNames = () => stage.page.evaluate(() => globalThis.stage.events.map(({ name }) => name));

/** What opens beside the page. */
async function openedBy(act: () => Promise<unknown>): Promise<string> {
  await stage.page.context().route('https://shop.example/**', (route) => route.fulfill({ body: 'there' }));
  const opened = stage.page.context().waitForEvent('page');
  await act();
  const tab = await opened;
  await tab.waitForLoadState();
  assert.equal(await tab.evaluate(() => window.opener), null);
  const url = tab.url();
  await tab.close();
  return url;
}

describe('a notification with a url', () => {
  beforeEach(() => show({ feed: 'visual', inline: true }));

  for (const [how, act] of [
    [
      'a click',
      () =>
        row('visual-0')
          .locator('.open')
          .click({ position: { x: 60, y: 20 } }),
    ],
    ['Enter', () => row('visual-0').locator('.open').press('Enter')],
    ['the space bar', () => row('visual-0').locator('.open').press(' ')],
  ] as const) {
    test(`opens it beside the page by ${how}, and is activated`, async () => {
      assert.equal(await openedBy(act), 'https://shop.example/orders/7');
      assert.deepEqual(await sent(), ['activate visual-0']);
    });
  }

  test('opens nothing where the page prevents it, nor where no browser should follow', async () => {
    let opened = 0;
    stage.page.context().on('page', () => (opened += 1));
    await row('visual-3').locator('button.open').click();
    assert.deepEqual(await sent(), ['activate visual-3']);
    await stage.page.evaluate(() =>
      globalThis.stage.element.addEventListener('carillon-activate', (event) => event.preventDefault()),
    );
    await row('visual-1').locator('a.open').click();
    assert.deepEqual(await sent(), ['activate visual-3']);
    assert.equal(opened, 0);
    assert.equal(await stage.page.locator('a[href^="javascript"]').count(), 0);
  });

  test('says its words as the name of the link', async () => {
    const link = stage.page.getByRole('link', { name: /Nordlicht Shop.*Your parcel leaves today/ });
    assert.equal(await link.first().getAttribute('rel'), 'noopener noreferrer');
  });
});

describe('the links of its actions', () => {
  beforeEach(() => show({ feed: 'visual', inline: true }));

  test('are reached by the arrow keys, and open beside the page', async () => {
    await drawn();
    await row('visual-0').locator('.open').focus();
    await press('ArrowRight');
    assert.equal(await focused(), 'Track parcel');
    assert.equal(await openedBy(() => stage.page.keyboard.press('Enter')), 'https://shop.example/track/7');
    assert.deepEqual(await sent(), ['activate visual-0']);
    assert.ok((await eventNames()).includes('carillon-action'));
    assert.equal(await row('visual-0').locator('.choice').count(), 2, 'none that runs a script');
  });
});

describe('pictures of other sites', () => {
  const sources = () =>
    stage.page
      .locator('.row img')
      .evaluateAll((all) =>
        all.map((each) => [
          each.getAttribute('src')?.split('/').at(-1),
          each.getAttribute('referrerpolicy'),
          each.getAttribute('loading'),
        ]),
      );

  test('are loaded late and without a referrer, over https alone, and have their place before they are there', async () => {
    await show({ feed: 'visual', inline: true });
    await drawn();
    await stage.page.waitForFunction(
      () => !globalThis.stage.element.shadowRoot!.querySelector('img[src$="missing.png"]'),
    );
    const late = ['no-referrer', 'lazy'];
    assert.deepEqual(await sources(), [
      ['shop.png', ...late],
      ['parcel.png', ...late],
      ['alarm.png', ...late],
    ]);
    const box = await row('visual-0').locator('.shown-picture').boundingBox();
    assert.ok(box && box.height > 100, 'the place does not depend on what is loaded');
  });

  test('are not asked for where the page turns them off', async () => {
    const asked: string[] = [];
    stage.page.on('request', (request) => asked.push(request.url()));
    await show({ feed: 'visual', inline: true, pictures: 'off' });
    await drawn();
    assert.deepEqual(await sources(), []);
    assert.deepEqual(asked, []);
  });
});

test('progress moves in place when the notification is replaced', async () => {
  await show({ feed: 'visual', inline: true });
  await drawn();
  const bar = row('visual-1').locator('progress');
  const before = await bar.elementHandle();
  await stage.page.evaluate(() => {
    const { feed } = globalThis.stage;
    const item = feed.all.find(({ id }) => id === 'visual-1')!;
    const visualContent = {
      ...item.payload.visualContent!,
      progress: { value: 9, max: 10, label: 'Instance 10 of 12' },
    };
    feed.post({ ...item, payload: { visualContent }, contentVersion: 2 });
  });
  await settled(stage.page);
  assert.equal(await bar.evaluate((element, old) => element === old, before), true);
  assert.deepEqual(
    await bar.evaluate((element: HTMLProgressElement) => [
      element.position,
      element.getAttribute('aria-label'),
    ]),
    [0.9, 'Instance 10 of 12'],
  );
});

test('words have the language and direction of their app, and turn nothing around them', async () => {
  await show({ feed: 'visual', inline: true });
  const found = await row('visual-4')
    .locator('.words')
    .evaluate((words) => [
      words.getAttribute('lang'),
      ...[...words.children].map((each) => [each.getAttribute('dir'), getComputedStyle(each).unicodeBidi]),
    ]);
  assert.deepEqual(found, ['he', ['rtl', 'isolate'], ['rtl', 'isolate']]);
});

test('senders have the names that people know', async () => {
  await show({ feed: 'visual', inline: true });
  const names = await stage.page.locator('.row .app').allTextContents();
  assert.deepEqual(names.slice(0, 3), ['Nordlicht Shop', 'Build', 'alarm.example']);
});

test('a page draws rows of its own, in its own styles, and keeps those that it leaves to the component', async () => {
  await show({ feed: 'visual', inline: true });
  await stage.page.evaluate(async () => {
    const { element } = globalThis.stage;
    element.renderItem = ({ id, payload }) => {
      if (id !== 'visual-0') return null;
      const own = document.createElement('p');
      own.textContent = `Own: ${payload.visualContent?.title}`;
      return own;
    };
    await element.updateComplete;
  });
  const own = stage.page.locator('carillon-inbox > p');
  assert.deepEqual(await own.allTextContents(), ['Own: Your parcel leaves today']);
  assert.equal(await own.isVisible(), true);
  assert.equal(await row('visual-0').locator('.name').isVisible(), false);
  assert.equal(await row('visual-1').locator('.name').isVisible(), true);
  await stage.page.evaluate(() => globalThis.stage.feed.delete('visual-0'));
  await settled(stage.page);
  assert.equal(await own.count(), 0);
});
