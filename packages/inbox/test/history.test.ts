import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openHands } from './support/hands.ts';
import { settled } from './support/open-stage.ts';

const stage = openHands();
const { press, show, sent, rowIds, pass, focused } = stage;

describe('the history', () => {
  beforeEach(async () => {
    await show({ feed: 'history', inline: true });
    await stage.page.click('.tool.history');
    await settled(stage.page);
  });
  const choose = async (shown: string): Promise<void> => {
    await stage.page.selectOption('.select select >> nth=0', shown);
    await settled(stage.page);
  };
  const stateOf = (id: string): Promise<unknown> =>
    stage.page.evaluate((wanted) => {
      const found = globalThis.stage.feed.all.find((each) => each.id === wanted);
      return found && [found.readState, found.userActionState];
    }, id);

  test('is opened without a change to what was snoozed, dismissed or opened; what was only read is opened', async () => {
    for (const shown of ['snoozed', 'dismissed', 'activated']) {
      await choose(shown);
      const [id] = await rowIds();
      await stage.page.locator('.row .open >> nth=0').focus();
      await press('Enter');
      assert.deepEqual([await sent(), await stateOf(id!)], [[], ['read', shown]]);
      const opened = await stage.page.evaluate(() => globalThis.stage.events.at(-1));
      assert.equal(opened?.name, 'carillon-activate');
    }
    await choose('read');
    const [id] = await rowIds();
    await stage.page.locator('.row .open >> nth=0').focus();
    await press('Enter');
    assert.deepEqual(await stateOf(id!), ['read', 'activated']);
  });

  test('brings back what was dismissed and snoozed, marks as unread and deletes, each with undo', async () => {
    const cases = [
      { shown: 'dismissed', key: 'b', after: ['read', 'noInteraction'], says: 'Brought back to the inbox' },
      { shown: 'dismissed', key: 'r', after: ['unread', 'noInteraction'], says: 'Marked as unread' },
      { shown: 'snoozed', key: 'b', after: ['unread', 'noInteraction'], says: 'Woken' },
      { shown: 'activated', key: 'r', after: ['unread', 'noInteraction'], says: 'Marked as unread' },
    ];
    for (const { shown, key, after: state, says } of cases) {
      await choose(shown);
      const [id] = await rowIds();
      await stage.page.locator('.row .open >> nth=0').focus();
      await press(key);
      assert.deepEqual([await stateOf(id!), await stage.page.textContent('.snack span')], [state, says]);
      await pass(1000);
      assert.equal(await stage.page.textContent('[role=log]'), '', 'nothing is announced as new');
      await press('z');
      assert.deepEqual([await stateOf(id!), await focused()], [['read', shown], id]);
    }
    await press('Delete');
    assert.equal((await rowIds()).length, 3);
    await press('z');
    assert.equal((await rowIds()).length, 4);
  });

  test('offers what can be done with each', async () => {
    const offered = async (shown: string): Promise<(string | null)[]> => {
      await choose(shown);
      return stage.page
        .locator('.row >> nth=0')
        .locator('.act:not(.more)')
        .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
    };
    assert.deepEqual(await offered('dismissed'), ['Bring back', 'Mark as unread', 'Delete']);
    assert.deepEqual(await offered('snoozed'), ['Wake now', 'Delete']);
    assert.deepEqual(await offered('activated'), ['Mark as unread', 'Delete']);
    assert.deepEqual(await offered('read'), ['Mark as unread', 'Delete']);
  });

  test('follows what other devices do, while it is open', async () => {
    await choose('all');
    await stage.page.evaluate(() => {
      const { feed, notification, start } = globalThis.stage;
      feed.post(notification('fresh', start, { title: 'Fresh' }));
      feed.dismiss('fresh');
      feed.withdraw('sample-0');
    });
    await settled(stage.page);
    assert.deepEqual((await rowIds()).slice(0, 1), ['fresh']);
    assert.match((await stage.page.textContent('.row >> nth=0')) ?? '', /Dismissed/);
    assert.ok(!(await rowIds()).includes('sample-0'));
  });

  test('is searched by words of title, body, group and app, without case and accents', async () => {
    const find = async (text: string): Promise<(string | undefined)[]> => {
      await stage.page.fill('.search input', text);
      await settled(stage.page);
      return rowIds();
    };
    assert.deepEqual(await find('stock LÓW'), ['sample-8', 'sample-9']);
    assert.deepEqual(await find('okafor friday'), ['sample-1']);
    assert.deepEqual(await find('travel.example'), ['sample-10']);
    assert.deepEqual(await find('nothing like it'), []);
    await stage.page.click('.place .primary');
    await settled(stage.page);
    assert.equal(await stage.page.inputValue('.search input'), '');
    assert.equal(await stage.page.evaluate(() => globalThis.stage.element.list.total), 14);
  });

  test('looks different for what was read and what was handled', async () => {
    await choose('all');
    const looks = await stage.page.evaluate(() => {
      const root = globalThis.stage.element.shadowRoot!;
      const colour = (selector: string) => getComputedStyle(root.querySelector(selector)!).color;
      return [colour('.row.read .name'), colour('.row.dismissed .name')];
    });
    assert.notEqual(looks[0], looks[1]);
  });
});

test('what is snoozed has a list of its own beside the inbox, from which it wakes', async () => {
  await show({ feed: 'history' });
  await stage.page.click('.segments button >> nth=2');
  await settled(stage.page);
  const [id] = await rowIds();
  assert.match((await stage.page.textContent('.row >> nth=0')) ?? '', /Snoozed until/);
  await stage.page.locator('.row .open >> nth=0').focus();
  await press('b');
  assert.ok(!(await rowIds()).includes(id));
  assert.deepEqual(await sent(), [`markUnread ${id}`]);
});
