// The contract of the feed store for push addresses that a provider reports as dead, for every back end: the verdict ends
// the registration that it is about, and no later one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, bob, dayMs, goneWrite, startMs } from '@carillon/testing/feed/writes.ts';
import type { Write } from '../../src/model/write.ts';
import type { OpenStore } from './store.ts';
import { fcm } from './store-deliveries.ts';

export function addressesContract(name: string, open: OpenStore): void {
  describe(`${name}: dead addresses`, () => dead(open));
}

function dead(open: OpenStore): void {
  test('an address that is gone ends its subscription once, and no other', async () => {
    await using opened = await open();
    const { store } = opened;
    const [dead, other] = [fcm('dead').subscription, fcm('other').subscription];
    for (const subscription of [dead, other]) {
      await store.commit([{ ...fcm('x'), subscription }], startMs);
    }
    const foreign = { ...goneWrite(dead), user: bob } as Write;
    const { outcomes } = await store.commit([foreign, goneWrite(dead), goneWrite(dead)], startMs);
    const nothing = { ended: false, registeredAnew: false };
    assert.deepEqual(outcomes, [nothing, { ...nothing, ended: true }, nothing]);
    assert.equal(await store.read.subscription(alice, dead.id), null);
    assert.notEqual(await store.read.subscription(alice, other.id), null);
  });

  test('an installation that has registered a new address is not ended by its old one', async () => {
    await using opened = await open();
    const { store } = opened;
    const before = fcm('old').subscription;
    const again = fcm('new', { installationId: 'old' });
    await store.commit([{ ...again, subscription: before }, again], startMs);
    const { outcomes } = await store.commit([goneWrite(before)], startMs);
    assert.deepEqual(outcomes, [{ ended: false, registeredAnew: true }]);
    const kept = await store.read.subscription(alice, before.id);
    assert.deepEqual(kept?.channel, again.subscription.channel);
  });

  test('an address that was registered again is not ended by what was known before, be it within a millisecond', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = fcm('same');
    const { user, app, id, channel, addressHash } = write.subscription;
    const patch = { channel, addressHash };
    const renew: Write = { kind: 'renew', user, app, id, patch };
    const lease: Write = { kind: 'renew', user, app, id, patch: { leaseUntil: startMs + 60 * dayMs } };
    for (const again of [write, renew]) {
      await store.commit([write], startMs);
      const before = await store.read.subscription(user, id);
      assert.ok(before);
      const { outcomes } = await store.commit([again, goneWrite(before)], before.registered);
      assert.deepEqual(outcomes[1], { ended: false, registeredAnew: true });
      const later = await store.read.subscription(user, id);
      assert.ok(later && later.registered > before.registered, 'it has a time of its own');
      assert.equal(later.created, before.created);
      // A longer lease says nothing of the address.
      const end = await store.commit([lease, goneWrite(later)], startMs);
      assert.deepEqual(end.outcomes[1], { ended: true, registeredAnew: false });
    }
  });

  test('an address that moved to another user and back is not ended by what was known before', async () => {
    await using opened = await open();
    const { store } = opened;
    const hers = fcm('shared');
    const his = fcm('shared', { by: 'bob' });
    await store.commit([hers], startMs);
    const before = await store.read.subscription(alice, hers.subscription.id);
    assert.ok(before);
    const moved = await store.commit([his, goneWrite(before)], startMs + 1);
    const later = await store.commit([goneWrite(before)], startMs + 1);
    for (const outcome of [moved.outcomes[1], later.outcomes[0]])
      assert.deepEqual(outcome, { ended: false, registeredAnew: false });
    const back = await store.commit([hers, goneWrite(before)], startMs + 2);
    assert.deepEqual(back.outcomes[1], { ended: false, registeredAnew: true });
    assert.deepEqual((await store.read.subscription(alice, before.id))?.channel, before.channel);
  });
}
