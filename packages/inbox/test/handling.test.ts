import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openHands } from './support/hands.ts';
import { openStage, settled } from './support/open-stage.ts';

const stage = openHands();
const { press, show, sent, rowIds, pass, focused } = stage;

// In the order of the list: the group of sample-0 stands together.
const [first, second, third] = ['sample-0', 'sample-2', 'sample-4'];

describe('the keyboard', () => {
  beforeEach(() => show());

  test('goes to the first row when the panel opens, up and down, to both ends and a page on', async () => {
    assert.equal(await focused(), first);
    await press('ArrowDown');
    assert.equal(await focused(), second);
    await press('ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowUp');
    assert.equal(await focused(), first);
    await press('End');
    assert.equal(await focused(), 'sample-13');
    await press('Home');
    assert.equal(await focused(), first);
    await press('PageDown');
    assert.equal(await focused(), (await rowIds())[8]);
  });

  test('has one tab stop in the list', async () => {
    await press('ArrowDown', 'ArrowDown');
    const stops = await stage.page.evaluate(() =>
      [...globalThis.stage.element.shadowRoot!.querySelectorAll<HTMLElement>('.scroller button')]
        .filter((each) => each.tabIndex === 0 && each.closest('.row'))
        .map((each) => each.closest<HTMLElement>('.row')?.dataset.row),
    );
    assert.deepEqual(stops, [third]);
  });

  test('goes right to the actions of a row and left back to it', async () => {
    await press('ArrowRight');
    assert.equal(await focused(), 'Mark as read');
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    assert.equal(await focused(), 'Delete');
    await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    assert.equal(await focused(), first);
  });

  test('opens with Enter, reads with R, dismisses with Delete, deletes with Shift and Delete', async () => {
    await press('Enter');
    await stage.page.click('.bell');
    await settled(stage.page);
    await press('r', 'Delete', 'Shift+Delete');
    assert.deepEqual(await sent(), [`activate ${first}`, `markUnread ${first}`, `dismiss ${first}`]);
    await pass(8000);
    assert.equal((await sent()).at(-1), 'delete sample-1');
  });

  test('closes with Escape and returns to the bell', async () => {
    await press('Escape');
    assert.equal(await stage.page.evaluate(() => globalThis.stage.element.open), false);
    assert.equal(await focused(), 'Notifications, 6 unread');
  });

  test('mirrors left and right where text runs from the right', async () => {
    await show({ lang: 'ar' });
    await press('ArrowLeft');
    assert.equal(await focused(), 'تحديد كمقروء');
    await press('ArrowRight');
    assert.equal(await focused(), first);
  });
});

describe('the focus', () => {
  beforeEach(() => show());

  test('goes to what takes the place of a row that leaves, whoever made it leave', async () => {
    await press('ArrowDown', 'ArrowDown');
    const [, , , fourth] = await rowIds();
    await stage.page.evaluate((id) => globalThis.stage.feed.withdraw(id), third!);
    await settled(stage.page);
    assert.equal(await focused(), fourth);
  });

  test('goes to the row before when the last one leaves', async () => {
    await press('End', 'Delete');
    assert.equal(await focused(), 'sample-12');
  });

  test('stays in the panel when the last of all leaves, and comes back with it', async () => {
    await stage.page.evaluate(() => {
      const { feed } = globalThis.stage;
      feed.delete(feed.items.slice(1).map(({ id }) => id));
    });
    await settled(stage.page);
    await press('Delete');
    assert.match(await focused(), /all caught up/);
    await stage.page.click('.undo');
    await settled(stage.page);
    assert.equal(await focused(), first);
  });

  test('stays on its row when new ones arrive above', async () => {
    await press('ArrowDown');
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      feed.post(notification('new', start, { title: 'Fresh' }));
    });
    await settled(stage.page);
    assert.equal(await focused(), second);
    assert.equal((await rowIds())[0], 'new');
  });

  test('goes round within the sheet of a small screen', async () => {
    await using phone = await openStage({ width: 360, height: 740, hasTouch: true });
    await phone.show({ feed: 'empty' });
    const isWithin = async (key: string): Promise<boolean> => {
      await phone.page.keyboard.press(key);
      return phone.page.evaluate(
        () => globalThis.stage.element.shadowRoot!.activeElement?.closest('.panel') != null,
      );
    };
    for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab'])
      assert.ok(await isWithin(key));
  });
});

test('on a small screen the focus leaves the inbox that is a part of the page', async () => {
  await using phone = await openStage({ width: 360, height: 740, hasTouch: true });
  await phone.show({ feed: 'empty', inline: true });
  const isWithin = (): Promise<boolean> =>
    phone.page.evaluate(() => globalThis.stage.element.shadowRoot!.activeElement != null);
  await phone.page.keyboard.press('Tab');
  assert.ok(await isWithin());
  for (let presses = 0; presses < 6 && (await isWithin()); presses++) await phone.page.keyboard.press('Tab');
  assert.ok(!(await isWithin()));
});

describe('undo', () => {
  beforeEach(() => show());

  test('brings a dismissed one back, with the focus on it', async () => {
    await press('Delete');
    assert.ok(!(await rowIds()).includes(first));
    await press('z');
    assert.deepEqual(await sent(), [`dismiss ${first}`, `undo ${first}`]);
    assert.equal(await focused(), first);
  });

  test('of a deletion sends nothing; without it the deletion is sent when the time is over', async () => {
    await press('Shift+Delete', 'z');
    await pass(60_000);
    assert.deepEqual(await sent(), []);
    await press('Shift+Delete');
    await pass(7999);
    assert.deepEqual(await sent(), []);
    assert.ok(!(await rowIds()).includes(first));
    await pass(1);
    assert.deepEqual(await sent(), [`delete ${first}`]);
    assert.equal(await stage.page.locator('.snack').count(), 0);
  });

  test('takes back only the last, and then the one before', async () => {
    const total = () => stage.page.evaluate(() => globalThis.stage.element.list.total);
    await press('Shift+Delete', 'Delete', 'Shift+Delete');
    assert.equal(await total(), 11);
    await press('z');
    assert.deepEqual(
      [await total(), await stage.page.textContent('.snack span')],
      [12, 'Notification dismissed'],
    );
    await press('z');
    assert.deepEqual(
      [await total(), await stage.page.textContent('.snack span')],
      [13, 'Notification deleted'],
    );
    await pass(8000);
    assert.deepEqual(await sent(), ['dismiss sample-1', 'undo sample-1', `delete ${first}`]);
  });

  test('is not announced as a new notification; what comes after it is', async () => {
    await press('Delete', 'z');
    await pass(1000);
    assert.equal(await stage.page.textContent('[role=log]'), '');
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      feed.post(notification('new', start, { title: 'Fresh', host: 'a.example' }));
    });
    await settled(stage.page);
    await pass(1000);
    assert.equal(await stage.page.textContent('[role=log]'), 'New notification: Fresh, a.example');
  });

  test('of all that was marked as read makes exactly those unread again', async () => {
    const unread = (): Promise<string[]> =>
      stage.page.evaluate(() =>
        globalThis.stage.feed.items.filter((each) => each.readState === 'unread').map(({ id }) => id),
      );
    const before = await unread();
    await stage.page.click('.tool.checks >> nth=0');
    await settled(stage.page);
    assert.deepEqual(await unread(), []);
    assert.equal(await stage.page.textContent('.snack span'), 'Marked as read: 6');
    await stage.page.click('.undo');
    await settled(stage.page);
    assert.deepEqual(await unread(), before);
  });

  test('reaches at most fifty steps back: what is older is deleted at the hub', async () => {
    await show({ feed: 'many' });
    for (let step = 0; step < 51; step++) await stage.page.keyboard.press('Shift+Delete');
    await settled(stage.page);
    assert.deepEqual(await sent(), ['delete many-0']);
    assert.equal(await stage.page.evaluate(() => globalThis.stage.element.undoing.hidden.size), 50);
  });

  test('waits as long as it is pointed at', async () => {
    await press('Shift+Delete');
    await stage.page.hover('.snack');
    await pass(60_000);
    assert.deepEqual(await sent(), []);
    await stage.page.mouse.move(5, 5);
    await settled(stage.page);
    await pass(8000);
    assert.deepEqual(await sent(), [`delete ${first}`]);
  });

  test('is over when the element leaves the page: a deletion is sent', async () => {
    await press('Shift+Delete');
    await stage.page.evaluate(() => globalThis.stage.element.remove());
    assert.deepEqual(await sent(), [`delete ${first}`]);
  });

  test('is over when the tab closes: a deletion is sent', async () => {
    await press('Shift+Delete');
    await stage.page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent('pagehide')));
    assert.deepEqual(await sent(), [`delete ${first}`]);
  });

  test('of a deletion ends when newer content takes its place: that shows, and is not deleted', async () => {
    await press('Shift+Delete');
    await stage.page.evaluate((id) => {
      const { feed } = globalThis.stage;
      const item = feed.items.find((each) => each.id === id)!;
      feed.post({ ...item, contentVersion: item.contentVersion + 1 });
    }, first);
    await settled(stage.page);
    assert.ok((await rowIds()).includes(first));
    assert.equal(await stage.page.locator('.snack').count(), 0);
    await pass(60_000);
    assert.deepEqual(await sent(), []);
  });

  test('hides nothing of what the hub refused', async () => {
    await press('Shift+Delete');
    await stage.page.evaluate(() => globalThis.stage.feed.refuse('sample-0', 'It was replaced.'));
    await settled(stage.page);
    const said = await stage.page.locator('.snack span').allTextContents();
    assert.equal(said.length, 2);
    assert.match(said[0] ?? '', /It was replaced\.$/);
    assert.equal(said[1], 'Notification deleted');
    await stage.page.locator('.snack').getByRole('button', { name: 'Close' }).click();
    assert.equal(await stage.page.textContent('.snack span'), 'Notification deleted');
    await press('z');
    assert.ok((await rowIds()).includes(first));
  });

  test('counts what is only hidden as gone', async () => {
    await press('Shift+Delete');
    assert.equal(await stage.page.getAttribute('.bell', 'aria-label'), 'Notifications, 5 unread');
  });
});

describe('snoozing', () => {
  beforeEach(() => show());
  const snoozedUntil = (): Promise<string | null | undefined> =>
    stage.page.evaluate(async () => {
      const { items } = await globalThis.stage.feed.history();
      const until = items.find(({ id }) => id === 'sample-0')?.snoozeUntilDateTime;
      return until && new Date(until).toString().slice(0, 21);
    });

  test('takes a choice by keyboard, says until when, and can be undone', async () => {
    await press('s');
    assert.match(await focused(), /^In one hour/);
    await press('ArrowDown', 'ArrowDown', 'Enter');
    assert.equal(await snoozedUntil(), 'Fri Nov 20 2026 08:00');
    assert.match((await stage.page.textContent('.snack span')) ?? '', /^Snoozed until Nov 20, 8:00\sAM$/);
    // Without its newest, the group stands below what is newer.
    assert.equal(await focused(), 'sample-1');
    await press('z');
    assert.equal(await focused(), first);
  });

  test('offers no time after the expiration', async () => {
    await stage.page.evaluate((id) => {
      const { feed, start } = globalThis.stage;
      const item = feed.items.find((each) => each.id === id)!;
      feed.post({ ...item, expirationDateTime: new Date(start + 2 * 3_600_000).toISOString() });
    }, first);
    await settled(stage.page);
    await press('s');
    const offered = await stage.page.locator('[role=menuitem] span:not(.hint)').allTextContents();
    assert.deepEqual(offered, ['In one hour', 'Pick date and time']);
    await press('End', 'Enter');
    assert.equal(await stage.page.getAttribute('#until', 'max'), '2026-11-19T16:29');
  });

  test('takes a date and time', async () => {
    await press('s', 'End', 'Enter');
    await stage.page.fill('#until', '2026-12-14T18:30');
    await press('Enter');
    assert.equal(await snoozedUntil(), 'Mon Dec 14 2026 18:30');
  });

  test('is given up with Escape, and the panel stays', async () => {
    await press('s', 'Escape');
    assert.equal(await focused(), first);
    assert.equal(await stage.page.evaluate(() => globalThis.stage.element.open), true);
    assert.deepEqual(await sent(), []);
  });
});

describe('the page', () => {
  beforeEach(() => show());
  const events = (name: string): Promise<unknown[]> =>
    stage.page.evaluate(
      (wanted) => globalThis.stage.events.filter((each) => each.name === wanted).map(({ detail }) => detail),
      name,
    );

  test('hears what was opened, and marks it itself when it prevents the event', async () => {
    await stage.page.click('.row >> nth=1');
    assert.deepEqual(await sent(), [`activate ${second}`]);
    await stage.page.evaluate(() =>
      globalThis.stage.element.addEventListener('carillon-activate', (event) => event.preventDefault()),
    );
    await stage.page.click('.bell');
    await settled(stage.page);
    await stage.page.click('.row >> nth=2');
    assert.deepEqual(await sent(), [`activate ${second}`]);
    const opened = (await events('carillon-activate')) as { notification: { id: string } }[];
    assert.deepEqual(
      opened.map(({ notification }) => notification.id),
      [second, third],
    );
  });

  test('hears each other count once', async () => {
    await press('r', 'ArrowDown', 'ArrowUp');
    await stage.page.click('.tool.checks >> nth=0');
    await settled(stage.page);
    assert.deepEqual(await events('carillon-count'), [{ count: 6 }, { count: 5 }, { count: 0 }]);
  });

  test('closes the panel of the bell when one is opened, with the focus on the bell, and no panel in a page', async () => {
    await press('Enter');
    assert.equal(await stage.page.evaluate(() => globalThis.stage.element.open), false);
    assert.equal(await focused(), 'Notifications, 5 unread');
    await show({ inline: true });
    await stage.page.click('.row >> nth=1');
    await settled(stage.page);
    assert.equal((await rowIds()).length > 0, true);
  });

  test('says how many came above while it is scrolled, until they are seen', async () => {
    await show({ feed: 'many' });
    await press('End');
    const post = (name: string): Promise<void> =>
      stage.page.evaluate((id) => {
        const { feed, notification, start } = globalThis.stage;
        feed.post(notification(id, start, { title: 'Fresh' }));
      }, name);
    assert.equal(await stage.page.locator('.above').count(), 0);
    for (const name of ['fresh-1', 'fresh-2']) await post(name);
    await settled(stage.page);
    assert.equal((await stage.page.textContent('.above'))?.trim(), '2 new notifications');
    await stage.page.click('.above');
    await settled(stage.page);
    assert.equal(await stage.page.locator('.above').count(), 0);
    assert.match(await focused(), /^fresh/);
    await post('fresh-3');
    await settled(stage.page);
    assert.equal(await stage.page.locator('.above').count(), 0, 'at the top they are seen as they come');
  });

  test('closes the panel with a press outside', async () => {
    await stage.page.mouse.click(40, 400);
    await settled(stage.page);
    assert.equal(await stage.page.evaluate(() => globalThis.stage.element.open), false);
    assert.deepEqual(await events('carillon-toggle'), [{ open: true }, { open: false }]);
  });

  test('is asked to sign in', async () => {
    await show({ feed: 'signedOut' });
    await stage.page.click('.place .primary');
    assert.equal((await events('carillon-sign-in')).length, 1);
  });

  test('filters by unread and by group', async () => {
    await stage.page.click('.segments button >> nth=1');
    await settled(stage.page);
    assert.equal((await rowIds()).length, 6);
    await stage.page.selectOption('select', { label: 'Stock' });
    await settled(stage.page);
    assert.deepEqual(await rowIds(), ['sample-8', 'sample-9']);
  });

  test('announces new ones politely, many in one sentence', async () => {
    const post = (count: number): Promise<void> =>
      stage.page.evaluate((many) => {
        const { feed, notification, start } = globalThis.stage;
        const made = (each: number) =>
          notification(`new-${many}-${each}`, start, { title: 'Fresh', host: 'a.example' });
        feed.post(...Array.from({ length: many }, (_, each) => made(each)));
      }, count);
    await post(1);
    await settled(stage.page);
    await pass(300);
    assert.equal(await stage.page.textContent('[role=log]'), 'New notification: Fresh, a.example');
    await post(3);
    await settled(stage.page);
    await pass(300);
    assert.equal(await stage.page.textContent('[role=log]'), '3 new notifications');
  });

  test('has no row and no count for what is for the app alone, unless the app gave it a priority', async () => {
    await show({ feed: 'raw' });
    assert.deepEqual(await rowIds(), ['raw-asked', 'sample-0', 'sample-1']);
    assert.equal(await stage.page.textContent('.count'), '3 unread');
    assert.deepEqual((await events('carillon-count')).at(-1), { count: 3 });
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      feed.post({ ...notification('raw-2', start, {}), payload: { rawContent: '{}' }, priority: 'None' });
    });
    await settled(stage.page);
    await pass(1000);
    assert.equal(await stage.page.textContent('[role=log]'), '', 'it is not announced either');
    await stage.page.click('.tool.history');
    await settled(stage.page);
    assert.deepEqual(await rowIds(), ['raw-asked', 'sample-0', 'sample-1']);
  });

  test('counts at the bell what came since the panel was open; what is unread stays what the hub counts', async () => {
    const bell = (): Promise<(string | null)[]> =>
      Promise.all([
        stage.page.getAttribute('.bell', 'aria-label'),
        stage.page.textContent('.badge'),
        stage.page.textContent('.bell'),
      ]);
    await press('Escape');
    assert.deepEqual((await bell()).slice(0, 2), ['Notifications, 6 unread', '']);
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      feed.post(...['new-1', 'new-2'].map((id) => notification(id, start + 1000, { title: 'Fresh' })));
    });
    await settled(stage.page);
    assert.deepEqual((await bell()).slice(0, 2), ['Notifications, 8 unread, 2 new notifications', '2']);
    await stage.page.click('.bell');
    await settled(stage.page);
    assert.equal(await stage.page.textContent('.count'), '8 unread', 'seeing is not reading');
    assert.deepEqual((await bell()).slice(0, 2), ['Notifications, 8 unread', '']);
    assert.deepEqual(await sent(), []);
  });

  test('sees relative times move on with the clock', async () => {
    const time = (): Promise<string | null> => stage.page.textContent('.row time >> nth=0');
    assert.equal(await time(), 'now');
    await pass(5 * 60_000);
    assert.equal(await time(), '5m ago');
  });

  test('changes language with the nearest lang', async () => {
    await stage.page.evaluate(() => {
      globalThis.stage.element.removeAttribute('lang');
      document.documentElement.lang = 'de';
    });
    await settled(stage.page);
    assert.equal(await stage.page.textContent('#title'), 'Benachrichtigungen');
    await stage.page.evaluate(() => {
      document.documentElement.lang = 'en';
    });
  });
});

test('a swipe dismisses towards the end of a row and snoozes towards its beginning', async () => {
  await using phone = await openStage({ width: 360, height: 740, hasTouch: true });
  await phone.show({ feed: 'list' });
  const swipe = async (from: number, to: number): Promise<void> => {
    const session = await phone.page.context().newCDPSession(phone.page);
    const box = await phone.page.locator('.row >> nth=0').boundingBox();
    const y = box!.y + 30;
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y }] });
    await touch('touchStart', from);
    for (let step = 1; step <= 8; step++) await touch('touchMove', from + ((to - from) * step) / 8);
    await touch('touchEnd');
    await settled(phone.page);
  };
  const session = await phone.page.context().newCDPSession(phone.page);
  const box = await phone.page.locator('.row >> nth=0').boundingBox();
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: x === undefined ? [] : [{ x, y: box!.y + 30 }],
    });
  // A browser passes moves on with its next frame.
  const says = (word: string): Promise<void> => phone.page.locator(`.row[data-word="${word}"]`).waitFor();
  await touch('touchStart', 150);
  await touch('touchMove', 170);
  await touch('touchMove', 190);
  await says('Dismiss');
  await touch('touchMove', 120);
  await says('Snooze');
  const behind = await phone.page
    .locator('.row >> nth=0')
    .evaluate((row) => getComputedStyle(row, '::after').content);
  assert.equal(behind, '"Snooze"');
  await touch('touchMove', 150);
  await touch('touchEnd');
  await settled(phone.page);
  await swipe(60, 300);
  assert.deepEqual(await phone.page.evaluate(() => globalThis.stage.feed.sent), [`dismiss ${first}`]);
  await swipe(300, 60);
  assert.equal(await phone.page.locator('[role=menu]').count(), 1);
});
