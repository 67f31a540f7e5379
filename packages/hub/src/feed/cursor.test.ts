import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HubError } from '../model/errors.ts';
import { userKey } from '../model/principal.ts';
import { type Cursor, openCursors } from './cursor.ts';

const secret = Buffer.alloc(32, 1);
const cursors = openCursors(secret, 1);
const alice = userKey('https://issuer.example', 'alice');
const bob = userKey('https://issuer.example', 'bob');
const cursor: Cursor = { epoch: 2 ** 31 - 1, seq: Number.MAX_SAFE_INTEGER, startedAt: 0 };

function resync(reason: string) {
  return (error: unknown) =>
    error instanceof HubError && error.kind === 'resyncRequired' && error.details.resync === reason;
}

test('a cursor is read back as it was written, up to the largest sequence', () => {
  for (const each of [cursor, { epoch: 1, seq: 5, startedAt: 9 }, { epoch: 0, seq: 0, startedAt: 0 }]) {
    const text = cursors.write(alice, 'app-a', each);
    assert.match(text, /^[\w-]+$/);
    assert.deepEqual(cursors.read(alice, 'app-a', text), each);
  }
});

test('it is bound to the user, to what the token may see, and to the generation of the store', () => {
  const text = cursors.write(alice, 'app-a', cursor);
  const foreign = [
    () => cursors.read(bob, 'app-a', text),
    () => cursors.read(alice, 'app-b', text),
    () => cursors.read(alice, null, text),
    () => openCursors(secret, 2).read(alice, 'app-a', text),
    () => openCursors(Buffer.alloc(32, 2), 1).read(alice, 'app-a', text),
    () => cursors.read(alice, 'app-a', text.slice(1)),
    () => cursors.read(alice, 'app-a', 'latest'),
    () => cursors.read(alice, 'app-a', ''),
  ];
  for (const read of foreign) assert.throws(read, resync('cursorInvalid'));
});

test('an app named like the mark of all apps is not taken for all', () => {
  const text = cursors.write(alice, '*', cursor);
  assert.throws(() => cursors.read(alice, null, text), resync('cursorInvalid'));
});

const position = { epoch: 7, head: 100, unread: 0, floor: 50 };
const at = (more: Partial<Cursor>): Cursor => ({ epoch: 7, seq: 60, startedAt: 0, ...more });

test('a feed honours what is at or above its floor and at or below its head', () => {
  for (const good of [at({}), at({ seq: 50 }), at({ seq: 100 }), at({ seq: 10, startedAt: 80 })]) {
    assert.equal(cursors.check(good, position), good);
  }
});

test('who has seen nothing yet misses no tombstone, and may begin before the feed does', () => {
  assert.ok(cursors.check(at({ seq: 0 }), position));
  assert.ok(cursors.check({ epoch: 0, seq: 0, startedAt: 0 }, position));
});

test('beyond the head or in another epoch it is invalid, below the floor too old', () => {
  assert.throws(() => cursors.check(at({ seq: 101 }), position), resync('cursorInvalid'));
  assert.throws(() => cursors.check(at({ epoch: 8 }), position), resync('cursorInvalid'));
  assert.throws(() => cursors.check(at({ epoch: 0, seq: 3 }), position), resync('cursorInvalid'));
  assert.throws(() => cursors.check(at({ seq: 49 }), position), resync('cursorTooOld'));
  assert.throws(() => cursors.check(at({ seq: 10, startedAt: 49 }), position), resync('cursorTooOld'));
});
