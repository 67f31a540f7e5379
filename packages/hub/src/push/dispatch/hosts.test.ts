import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hosts } from './hosts.ts';

const failed = { failed: true, afterMs: null, wasProven: false, user: 'u' };

/** As many hosts that have not answered yet as may be asked at once. */
function crowd(hosts: Hosts, now: number): void {
  for (let index = 0; index < 16; index++)
    assert.equal(hosts.enter(`https://h${index}`, now, false).waitMs, 0);
}

test('one turned away by a crowd comes back when it was told, as long as nothing is known against its host', () => {
  const hosts = new Hosts();
  crowd(hosts, 0);
  assert.deepEqual(hosts.enter('https://new', 0, false), { waitMs: 250, exactly: true });
  assert.deepEqual(
    hosts.enter('https://new', 0, false),
    { waitMs: 270, exactly: true },
    'each a little later',
  );
  hosts.leave('https://h0', { now: 1, ...failed });
  assert.equal(hosts.enter('https://new', 1, false).waitMs, 0);
  assert.equal(hosts.enter('https://h0', 1, false).exactly, false, 'it has failed');
});

test('a host that took a push is no longer one of the crowd', () => {
  const hosts = new Hosts();
  crowd(hosts, 0);
  hosts.leave('https://h0', { now: 1, failed: false, afterMs: null, wasProven: false, user: 'u' });
  for (let index = 0; index < 100; index++) assert.equal(hosts.enter('https://h0', 1, false).waitMs, 0);
});

test('a host that is down is probed by an address that was good once a second, without the pause of the others', () => {
  const hosts = new Hosts();
  const name = 'https://h';
  for (let count = 0; count < 12; count++) {
    assert.equal(hosts.enter(name, 0, false).waitMs, 0);
    hosts.leave(name, { now: 0, ...failed, user: `user ${count}` });
    if (count === 9) break;
  }
  assert.ok(hosts.enter(name, 0, false).waitMs >= 1000);
  assert.equal(hosts.enter(name, 0, true).waitMs, 0);
  assert.deepEqual(hosts.enter(name, 400, true), { waitMs: 600, exactly: true });
  assert.equal(hosts.enter(name, 1000, true).waitMs, 0);
});
