import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isJsonOf,
  membersJson,
  notificationJson,
  removedJson,
  type StoredNotification,
} from './notification.ts';
import { userKey } from './principal.ts';

const id = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
const other = '0199aaaa-aaaa-7aaa-8aaa-bbbbbbbbbbbb';

function rowOf(rowId: string): StoredNotification {
  return {
    ...{
      user: userKey('issuer', 'alice'),
      id: rowId,
      app: 'app-a',
      seq: 1,
      era: 1,
      changes: 1,
      contentVersion: 1,
    },
    ...{ removed: null, purgeAt: null, snoozeUntil: null, displaySeconds: null, displayUntil: null },
    ...{ expires: 0, announcedExpiry: 0, modified: 0, postedAt: 0, appNotificationId: null, sentAs: null },
    ...{ readState: 'unread', userActionState: 'noInteraction', response: null, respondBy: null },
    content: JSON.stringify({ payload: { rawContent: `,"id":"${id}"` } }),
  };
}

test('JSON is of the notification whose id it begins with, whatever else it holds', () => {
  const [own, foreign] = [rowOf(id), rowOf(other)];
  for (const json of [notificationJson(own, 0), membersJson(own, 0), removedJson(id)])
    assert.ok(isJsonOf(json, id), json);
  for (const json of [notificationJson(foreign, 0), membersJson(foreign, 0), removedJson(other), '{}'])
    assert.ok(!isJsonOf(json, id), json);
});
