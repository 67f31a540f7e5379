import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FrameValue, Notification } from '@carillon/protocol';
import { digestOf, readProposed, readPush } from '../web-push/push-content.ts';
import { emptyRecord, type PushRecord, type Remembered } from '../web-push/push-record.ts';
import { decideFiller, decideSync, decideVisual, ringAtOnceMax, type SyncFacts } from './decide.ts';

const now = Date.parse('2026-06-01T12:00:00Z');

const notification = (more: Partial<Notification> = {}): Notification => ({
  id: 'n',
  appNotificationId: null,
  targetHostName: 'a.example',
  groupName: null,
  displayTimeToLive: null,
  expirationDateTime: '2026-06-08T12:00:00.000Z',
  priority: 'High',
  payload: { visualContent: { title: 'Lunch' } },
  targetPolicy: { platformTypes: ['webPush'] },
  fallbackPolicy: null,
  createdDateTime: '2026-06-01T11:00:00.000Z',
  lastModifiedDateTime: '2026-06-01T11:00:00.000Z',
  contentVersion: 1,
  readState: 'unread',
  userActionState: 'noInteraction',
  snoozeUntilDateTime: null,
  ...more,
});

const remembered = (more: Partial<Remembered> = {}): Remembered => ({
  ...{ contentVersion: 1, modified: '2026-06-01T11:00:00.000Z', digest: 'lunch', displayUntil: null },
  handled: 'no',
  ...more,
});

const knowing = (known: Remembered, more: Partial<PushRecord> = {}): PushRecord => ({
  ...emptyRecord,
  remembered: { n: known },
  ...more,
});

const sync = (values: readonly FrameValue[], more: Partial<SyncFacts> = {}) =>
  decideSync({
    values,
    digests: new Map([['n', 'lunch']]),
    named: new Set(),
    silent: new Set(),
    displayed: new Set(),
    record: emptyRecord,
    now,
    isShowable: ({ payload }) => payload.visualContent != null,
    ...more,
  });
const shown = (...args: Parameters<typeof sync>) => sync(...args).show.map(({ id }) => id);
const closed = (...args: Parameters<typeof sync>) => sync(...args).close;

describe('a visual push', () => {
  const push = { v: 1, kind: 'visual', notificationId: 'n', title: 'Lunch', unreadCount: 1 } as const;
  const isShown = (digest: string, record: PushRecord) => decideVisual(push, digest, record).show;

  test('shows what is not known, and other content of what is', () => {
    assert.equal(isShown('lunch', emptyRecord), true);
    assert.equal(isShown('dinner', knowing(remembered())), true);
    assert.equal(isShown('dinner', knowing(remembered({ handled: 'yes' }))), true);
  });

  test('shows nothing twice, nothing that is handled, and nothing when nobody is signed in', () => {
    assert.equal(isShown('lunch', knowing(remembered())), false);
    assert.equal(isShown('lunch', knowing(remembered({ handled: 'yes' }))), false);
    assert.equal(isShown('lunch', knowing(remembered({ handled: 'yes', digest: null }))), false);
    assert.equal(isShown('lunch', { ...emptyRecord, signedOut: true }), false);
  });

  test('shows nothing at once of a push that may be for the user before, until this browser is registered again', () => {
    const record = { ...emptyRecord, account: 'carol' };
    assert.equal(isShown('lunch', record), false);
    const post = { targetHostName: 'a.example', installationId: 'i', platformType: 'webPush' } as const;
    const registration = { subscriptionId: 's', post, leaseUntil: now };
    assert.equal(isShown('lunch', { ...record, registration }), true);
  });

  test('shows again what was snoozed here: it woke', () => {
    assert.equal(isShown('lunch', knowing(remembered({ handled: 'snoozed' }))), true);
  });
});

describe('a sync shows', () => {
  test('what is unread and was not shown', () => {
    assert.deepEqual(shown([notification()]), ['n']);
    assert.deepEqual(shown([notification()], { record: knowing(remembered()) }), []);
  });

  test('nothing that is muted, nor later that it was, but what is posted anew', () => {
    const silent = new Set(['n']);
    assert.deepEqual(shown([notification()], { silent }), []);
    const { remember } = sync([notification()], { silent });
    const record = { ...emptyRecord, remembered: remember };
    assert.deepEqual(shown([notification()], { record }), []);
    assert.deepEqual(shown([notification({ contentVersion: 2 })], { record }), ['n']);
    assert.deepEqual(shown([notification({ contentVersion: 2 })], { record, silent }), []);
  });

  test('the latest of several states only', () => {
    assert.deepEqual(shown([notification(), notification({ readState: 'read' })]), []);
  });

  test('new content, and what a push rings for after a change', () => {
    const record = knowing(remembered());
    assert.deepEqual(shown([notification({ contentVersion: 2 })], { record }), ['n']);
    const woken = notification({ lastModifiedDateTime: '2026-06-01T11:59:00.000Z' });
    assert.deepEqual(shown([woken], { record }), []);
    assert.deepEqual(shown([woken], { record, named: new Set(['n']) }), ['n']);
    assert.deepEqual(shown([woken], { record: knowing(remembered({ handled: 'snoozed' })) }), ['n']);
  });

  test('nothing for a push that came twice', () => {
    assert.deepEqual(
      shown([notification()], {
        record: knowing(remembered()),
        named: new Set(['n']),
        displayed: new Set(['n']),
      }),
      [],
    );
  });

  test('nothing of what the push has shown already, unless the content is another one by now', () => {
    const record = knowing(remembered({ contentVersion: null, modified: null }));
    const decision = sync([notification()], { record });
    assert.deepEqual(decision.show, []);
    assert.equal(decision.remember.n?.contentVersion, 1);
    assert.deepEqual(shown([notification()], { record, digests: new Map([['n', 'dinner']]) }), ['n']);
  });

  test('nothing raw, nothing for other platforms, nothing whose time is over, nothing acted upon here', () => {
    const patch = { userActionState: 'dismissed' } as const;
    const record = { ...emptyRecord, outbox: [{ key: 1, kind: 'state', id: 'n', patch } as const] };
    assert.deepEqual(shown([notification({ payload: { rawContent: 'x' } })]), []);
    assert.deepEqual(shown([notification({ targetPolicy: { platformTypes: ['ios'] } })]), []);
    assert.deepEqual(shown([notification({ displayTimeToLive: 0 })]), []);
    assert.deepEqual(shown([notification()], { record }), []);
  });

  test('the newest ones, oldest first', () => {
    const many = Array.from({ length: ringAtOnceMax + 2 }, (_, index) =>
      notification({ id: `${index}`, createdDateTime: new Date(now - index * 1000).toISOString() }),
    );
    const ids = shown(many);
    assert.equal(ids.length, ringAtOnceMax);
    assert.deepEqual([ids[0], ids.at(-1)], [`${ringAtOnceMax - 1}`, '0']);
  });
});

describe('a sync closes', () => {
  const displayed = new Set(['n']);

  test('what is read, acted upon, snoozed, expired or gone', () => {
    assert.deepEqual(closed([notification({ readState: 'read' })], { displayed }), ['n']);
    assert.deepEqual(
      closed([notification({ userActionState: 'snoozed', readState: 'read' })], { displayed }),
      ['n'],
    );
    assert.deepEqual(
      closed([notification({ expirationDateTime: '2026-06-01T12:00:00.000Z' })], { displayed }),
      ['n'],
    );
    assert.deepEqual(closed([{ id: 'n', '@removed': { reason: 'deleted' } }], { displayed }), ['n']);
    assert.deepEqual(closed([notification()], { displayed }), []);
  });

  test('what is shown longer than its sender wanted', () => {
    assert.deepEqual(closed([], { displayed, record: knowing(remembered({ displayUntil: now })) }), ['n']);
    assert.deepEqual(closed([], { displayed, record: knowing(remembered({ displayUntil: now + 1 })) }), []);
    assert.deepEqual(closed([], { displayed, record: knowing(remembered({ handled: 'yes' })) }), ['n']);
  });

  test('and remembers what is handled, also when its push has yet to come', () => {
    const { remember } = sync([notification({ readState: 'read' })]);
    assert.equal(remember.n?.handled, 'yes');
    const push = { v: 1, kind: 'visual', notificationId: 'n', title: 'Lunch', unreadCount: 0 } as const;
    assert.equal(decideVisual(push, 'lunch', { ...emptyRecord, remembered: remember }).show, false);
  });
});

describe('where a push left nothing to see', () => {
  test('something honest stands in, unless a page is in sight', () => {
    const facts = { isChromium: true, hasShown: false, isWindowVisible: false, reason: 'upToDate' } as const;
    assert.equal(decideFiller({ ...facts, displayedCount: 0 }), 'upToDate');
    assert.equal(decideFiller({ ...facts, displayedCount: 1 }), null);
    assert.equal(decideFiller({ ...facts, displayedCount: 0, isWindowVisible: true }), null);
    assert.equal(decideFiller({ ...facts, displayedCount: 0, hasShown: true }), 'upToDate');
  });

  test('outside Chromium only what this push has shown counts', () => {
    const facts = {
      isChromium: false,
      displayedCount: 3,
      isWindowVisible: true,
      reason: 'upToDate',
    } as const;
    assert.equal(decideFiller({ ...facts, hasShown: false }), 'upToDate');
    assert.equal(decideFiller({ ...facts, hasShown: true }), null);
  });
});

describe('a declarative push', () => {
  const notification = {
    ...{ title: 'Lunch', body: 'Soup', navigate: 'https://a.example/menu', tag: 'n', lang: 'fr', dir: 'ltr' },
    actions: [{ action: 'go', title: 'Go', navigate: 'https://a.example/go' }, { title: 'no action' }],
  };
  const declare = (carillon: object, more: object = {}) =>
    JSON.stringify({ web_push: 8030, mutable: true, app_badge: 7, notification, carillon, ...more });

  test('holds the facts of the hub beside the words', () => {
    const push = readPush(
      declare({ v: 1, kind: 'visual', notificationId: 'n', unreadCount: 3, close: ['o'] }),
    );
    assert.deepEqual(push, {
      ...{ v: 1, kind: 'visual', notificationId: 'n', unreadCount: 3, close: ['o'], tag: 'n' },
      ...{ title: 'Lunch', body: 'Soup', url: 'https://a.example/menu', look: { lang: 'fr', dir: 'ltr' } },
      actions: [{ action: 'go', title: 'Go', navigate: 'https://a.example/go' }],
    });
    assert.equal(readPush(declare({ v: 1, kind: 'tap' }))?.unreadCount, 7);
    for (const carillon of [{}, { v: 2, kind: 'tap' }]) assert.equal(readPush(declare(carillon)), null);
    assert.equal(readPush(JSON.stringify({ web_push: 8030, notification })), null);
  });

  test('that an engine has read by itself is known by its tag', () => {
    const tag = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
    const push = readProposed({ notification: { ...notification, tag }, appBadge: 2 });
    assert.deepEqual([push?.notificationId, push?.title, push?.unreadCount], [tag, 'Lunch', 2]);
    for (const event of [{}, { notification: null }, { notification }])
      assert.equal(readProposed(event), null);
  });
});

describe('a push of somebody else', () => {
  test('is none of the hub', () => {
    for (const text of [undefined, '', 'hello', '[]', 'null', '{"v":2,"kind":"tap"}', '{"v":1,"kind":"x"}'])
      assert.equal(readPush(text), null);
    assert.equal(readPush('{"v":1,"kind":"tap","unreadCount":3,"close":["a",1]}')?.close?.length, 1);
  });

  test('content is told apart without its words', async () => {
    assert.equal(await digestOf('a', null), await digestOf('a', undefined));
    assert.notEqual(await digestOf('a', 'b'), await digestOf('ab', null));
  });
});
