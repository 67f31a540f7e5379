import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { isForPerson } from './inbox.ts';

const item = (payload: Notification['payload'], priority: Notification['priority']) =>
  isForPerson({ payload, priority } as Notification);

test('raw content is a row for a person only where its app gave it a priority', () => {
  assert.equal(item({ rawContent: 'x', visualContent: null }, 'None'), false);
  assert.equal(item({ rawContent: 'x' }, 'None'), false);
  assert.equal(item({ rawContent: 'x' }, 'Low'), true);
  assert.equal(item({ rawContent: 'x' }, 'High'), true);
  assert.equal(item({ rawContent: 'x', visualContent: { title: 'Words' } }, 'None'), true);
});
