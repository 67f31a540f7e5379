import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hosts } from './hosts.ts';

const failed = { failed: true, afterMs: null, wasProven: false };

/** As many hosts that have not answered yet as may be asked at once. */
function crowd(hosts: Hosts, now: number): void {
  for (let index = 0; index < 16; index++) assert.equal(hosts.enter(`https://h${index}`, now).waitMs, 0);
}

test('one turned away by a crowd comes back when it was told, as long as nothing is known against its host', () => {
  const hosts = new Hosts();
  crowd(hosts, 0);
  assert.deepEqual(hosts.enter('https://new', 0), { waitMs: 250, exactly: true });
  assert.deepEqual(hosts.enter('https://new', 0), { waitMs: 270, exactly: true }, 'each a little later');
  hosts.leave('https://h0', { now: 1, ...failed });
  assert.equal(hosts.enter('https://new', 1).waitMs, 0);
  assert.equal(hosts.enter('https://h0', 1).exactly, false, 'it has failed');
});

test('a host that took a push is no longer one of the crowd', () => {
  const hosts = new Hosts();
  crowd(hosts, 0);
  hosts.leave('https://h0', { now: 1, failed: false, afterMs: null, wasProven: false });
  for (let index = 0; index < 100; index++) assert.equal(hosts.enter('https://h0', 1).waitMs, 0);
});
