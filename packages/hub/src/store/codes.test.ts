import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { visualMembers } from '@carillon/protocol';
import { builtInChannels } from '../hub/channels.ts';
import { isOpen } from '../model/delivery.ts';
import {
  actionCodes,
  type Codes,
  changeTypeCodes,
  decodeActionState,
  decodeDropped,
  decodeReadState,
  decodeRemoved,
  droppedCodes,
  encodeDropped,
  encodeRemoved,
  encodeState,
  kindCodes,
  platformCodes,
  readStateCodes,
  removalCodes,
  sqlIsAlive,
  sqlIsFailed,
  sqlIsHandled,
  sqlIsOpen,
  standingCodes,
  statusCodes,
  verdictCodes,
} from './codes.ts';
import { feedMigrations as inPostgres } from './postgres/feed/schema.ts';
import { feedMigrations as inSqlite } from './sqlite/feed/schema.ts';

// What databases hold since their first version. A line here is added, never changed.
const pinned: readonly (readonly [Codes<string>, Readonly<Record<string, number>>])[] = [
  [readStateCodes, { unread: 0, read: 1 }],
  [actionCodes, { noInteraction: 0, activated: 1, dismissed: 2, snoozed: 3 }],
  [removalCodes, { deleted: 1, expired: 2 }],
  [standingCodes, { removed: 0, read: 1, unread: 2 }],
  [changeTypeCodes, { created: 0, updated: 1, deleted: 2 }],
  [platformCodes, { windows: 0, ios: 1, android: 2, webPush: 3 }],
  [kindCodes, { notify: 0, fallback: 1, clear: 2 }],
  [
    statusCodes,
    { pending: 0, sent: 1, accepted: 2, withdrawn: 3, expired: 4, failed: 5, gone: 6, skipped: 7 },
  ],
  [verdictCodes, { accepted: 0, retry: 1, throttled: 2, gone: 3, refused: 4 }],
  [
    droppedCodes,
    {
      ...{ progress: 0, imageUrl: 1, iconUrl: 2, actions: 3, url: 4, sound: 5, category: 6 },
      ...{ interruptionLevel: 7, lang: 8, dir: 9, body: 10, title: 11 },
    },
  ],
];

test('each name keeps the number that databases hold for it', () => {
  for (const [codes, numbers] of pinned) {
    assert.deepEqual(Object.fromEntries(codes.names.map((name) => [name, codes.encode(name)])), numbers);
    for (const [name, number] of Object.entries(numbers)) assert.equal(codes.decode(number), name);
  }
});

test('each push channel keeps the number that databases hold for it', () => {
  const numbers = Object.fromEntries(builtInChannels.map(({ type, code }) => [type, code]));
  assert.deepEqual(numbers, { webPush: 0, fcm: 1, apns: 2, wns: 3 });
});

test('a number without a name is an error that says which', () => {
  assert.throws(() => platformCodes.decode(9), /the platform 9, which has no name/);
  assert.throws(() => statusCodes.decode(null), /the status null/);
  assert.throws(() => removalCodes.decode(0), /the removal 0/);
});

test('what is not removed is 0, and both states share a number', () => {
  assert.deepEqual(
    [null, 'deleted', 'expired'].map((each) => encodeRemoved(each as null)),
    [0, 1, 2],
  );
  assert.deepEqual([0, 1, 2].map(decodeRemoved), [null, 'deleted', 'expired']);
  for (const readState of readStateCodes.names) {
    for (const userActionState of actionCodes.names) {
      const code = encodeState({ readState, userActionState });
      assert.deepEqual([decodeReadState(code), decodeActionState(code)], [readState, userActionState]);
    }
  }
  assert.equal(encodeState({ readState: 'read', userActionState: 'dismissed' }), 5);
});

test('what was dropped is a bit each, in the order in which it is left out', () => {
  assert.deepEqual([encodeDropped([]), decodeDropped(0)], [0, []]);
  assert.equal(encodeDropped(['iconUrl', 'progress', 'iconUrl']), 5);
  assert.deepEqual(decodeDropped(5), ['progress', 'iconUrl']);
  assert.deepEqual(decodeDropped(encodeDropped([...visualMembers])), droppedCodes.names);
  assert.deepEqual(decodeDropped((1 << 20) + 1), ['progress']);
});

test('open deliveries have the lowest numbers, as the index of what is due has it', () => {
  const numbers = (open: boolean) =>
    statusCodes.names.filter((name) => isOpen(name) === open).map((name) => statusCodes.encode(name));
  assert.ok(Math.max(...numbers(true)) < Math.min(...numbers(false)));
});

test('conditions are those of the partial indexes, word for word', () => {
  for (const migrations of [inSqlite, inPostgres]) {
    const schema = migrations.map(({ sql }) => sql).join('\n');
    const handled = sqlIsHandled().slice(1, -1);
    for (const condition of [sqlIsOpen(), sqlIsFailed(), sqlIsAlive(), handled])
      assert.ok(schema.includes(`WHERE ${condition}`), condition);
  }
});

test('no statement has a number of its own for a status, a kind or a state', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const literal = /\b(status|kind|removed|platform|channel|state( & 1)?)\s*(<|>|=|<=|>=|<>|!=|IN \()\s*\d/g;
  for (const file of files.filter((name) => name.endsWith('.ts') && !/(schema|\.test)\.ts$/.test(name))) {
    const found = readFileSync(join(import.meta.dirname, file), 'utf8').match(literal) ?? [];
    // That one opens an index to the query, and holds for every row; see postgres/feed/schema.
    assert.deepEqual(
      found.filter((each) => each !== 'state >= 0'),
      [],
      file,
    );
  }
});
