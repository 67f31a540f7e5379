// What leaves one thread arrives at the other as it was, cloned as a message is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlannedDelivery } from '../../../../model/delivery.ts';
import type { StoredNotification } from '../../../../model/notification.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { Change, Outcome, PostWrite, Write } from '../../../../model/write.ts';
import {
  packCommitted,
  packDeliveries,
  packWrites,
  unpackCommitted,
  unpackDeliveries,
  unpackWrites,
} from './messages.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }));
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const user = text.map((key) => key as UserKey);
const time = fc.integer({ min: 0, max: 4e12 });

const post: fc.Arbitrary<PostWrite> = fc.record({
  kind: fc.constant('post' as const),
  user,
  owner: orNull(fc.record({ issuer: text, subject: text, name: text })),
  app: text,
  id: fc.uuid(),
  content: text,
  appNotificationId: orNull(text),
  sentAs: orNull(text),
  expires: time,
  displaySeconds: orNull(fc.nat()),
  question: orNull(fc.record({ respondBy: orNull(time) })),
  storageBytesMax: fc.nat(),
  evictable: orNull(fc.array(fc.uuid(), { maxLength: 3 })),
});
const removal: fc.Arbitrary<Write> = fc.record({
  kind: fc.constant('delete' as const),
  user,
  visibility: orNull(text),
  id: fc.uuid(),
  ifMatch: orNull(text),
  acting: orNull(text),
});
const writes = fc.array(fc.oneof(post, removal), { maxLength: 8 });

const row: fc.Arbitrary<StoredNotification> = fc.record({
  user,
  id: fc.uuid(),
  app: text,
  seq: fc.nat(),
  removed: orNull(fc.constantFrom('deleted' as const, 'expired' as const)),
  purgeAt: orNull(time),
  readState: fc.constantFrom('unread' as const, 'read' as const),
  userActionState: fc.constantFrom('noInteraction' as const, 'snoozed' as const),
  snoozeUntil: orNull(time),
  expires: time,
  announcedExpiry: time,
  displaySeconds: orNull(fc.nat()),
  displayUntil: orNull(time),
  modified: time,
  postedAt: time,
  contentVersion: fc.nat(),
  changes: fc.nat(),
  appNotificationId: orNull(text),
  sentAs: orNull(text),
  content: text,
  era: fc.nat(),
  respondBy: orNull(time),
  response: orNull(
    fc.oneof(
      fc.constant('open' as const),
      fc.record({ actionId: orNull(text), text: orNull(text), at: time, by: fc.constant('user' as const) }),
    ),
  ),
});
const delivery: fc.Arbitrary<PlannedDelivery> = fc.record({
  user,
  notification: fc.uuid(),
  subscription: fc.uuid(),
  kind: fc.constantFrom('notify' as const, 'clear' as const),
  app: text,
  channel: fc.nat({ max: 4 }),
  seq: fc.nat(),
});

/** How the row of an outcome comes about: as its write says, but for what the feed gives; kept from before; or refused. */
const fate = fc.record({ row, how: fc.constantFrom('made' as const, 'kept' as const, 'refused' as const) });

function outcomeOf(write: Write, { row: stored, how }: { row: StoredNotification; how: string }): Outcome {
  if (write.kind !== 'post') return { removed: true };
  if (how === 'refused') return { refused: 'storageFull', message: 'It is full.', excessBytes: 12 };
  if (how === 'kept') return { result: 'repeated', notification: stored };
  const { app, content } = write;
  return { result: 'created', notification: { ...stored, user: write.user, app, content } };
}

/** As it would arrive if it were sent as it is. */
const cloned = <T>(value: T): T => structuredClone(value);

test('writes arrive as they were sent', () => {
  fc.assert(
    fc.property(writes, (sent) =>
      assert.deepEqual(unpackWrites(structuredClone(packWrites(sent))), cloned(sent)),
    ),
  );
});

test('what was committed arrives as it was, and a row that two name is one', () => {
  const batch = writes.chain((sent) =>
    fc.tuple(
      fc.constant(sent),
      fc.array(fate, { minLength: sent.length, maxLength: sent.length }),
      fc.array(row, { maxLength: 3 }),
      fc.array(delivery, { maxLength: 4 }),
    ),
  );
  fc.assert(
    fc.property(batch, ([sent, fates, others, deliveries]) => {
      const outcomes = sent.map((write, index) => outcomeOf(write, fates[index] as (typeof fates)[0]));
      const made = outcomes.flatMap((each) => ('notification' in each ? [each.notification] : []));
      const changes = [...made, ...others].map(
        (notification, index): Change => ({
          ...{ user: notification.user, seq: notification.seq, notification },
          ...{ epoch: 7, cause: 'posted', unread: index, unreadOfApp: 1 },
        }),
      );
      const moved = [{ user: 'alice' as UserKey, epoch: 7, seq: 3 }];
      const committed = { outcomes, changes, moved, deliveries, webhooks: [], fetchedAfterMs: [5] };
      const arrived = unpackCommitted(structuredClone(packCommitted(committed, sent)), sent);
      assert.deepEqual(arrived, cloned(committed));
      made.forEach((_, index) => {
        const own = arrived.outcomes.filter((each) => 'notification' in each)[index];
        assert.equal(own?.notification, arrived.changes[index]?.notification);
      });
    }),
  );
});

test('a row whose content its write brought goes back without it', () => {
  const [write] = fc.sample(post, 1) as [PostWrite];
  const [stored] = fc.sample(row, 1) as [StoredNotification];
  const content = 'a'.repeat(5000);
  const sent = [{ ...write, content }];
  const outcomes = [{ result: 'created' as const, notification: { ...stored, ...sent[0], content } }];
  const packed = packCommitted({ outcomes, changes: [], moved: [], deliveries: [], webhooks: [] }, sent);
  assert.ok(!JSON.stringify(packed).includes(content));
});

test('claimed deliveries arrive as they were', () => {
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 5 }), (sent) =>
      assert.deepEqual(unpackDeliveries(structuredClone(packDeliveries(sent))), cloned(sent)),
    ),
  );
});
