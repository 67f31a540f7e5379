import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from './clock.ts';
import {
  idsAheadMaxMs,
  isUuid,
  openRequestIds,
  openUuidSource,
  uuidAfter,
  uuidFromBytes,
  uuidTime,
  uuidToBytes,
} from './ids.ts';

function clockAt(time: { now: number }): Clock {
  return { ...systemClock, now: () => time.now };
}

test('an id is a UUID of version 7 and carries its time', () => {
  const time = { now: Date.UTC(2030, 0, 1) };
  const id = openUuidSource(clockAt(time))();
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(uuidTime(id), time.now);
});

test('ids rise strictly, with thousands in a millisecond and with a clock that goes back', () => {
  const time = { now: Date.UTC(2030, 0, 1) };
  const next = openUuidSource(clockAt(time));
  const made: string[] = [];
  for (const step of [0, 1, -5000, 0, 4999, 2]) {
    time.now += step;
    for (let count = 0; count < 5000; count++) made.push(next());
  }
  assert.deepEqual(made, [...new Set(made)].sort());
});

test('a clock that was an hour ahead at most is waited for, one that was further ahead is not', () => {
  const time = { now: Date.UTC(2030, 0, 1) };
  const next = openUuidSource(clockAt(time));
  const ahead = (ms: number) => {
    time.now += ms;
    const first = next();
    time.now -= ms;
    return [first, next()] as const;
  };
  const [soon, afterSoon] = ahead(idsAheadMaxMs);
  assert.ok(afterSoon > soon);
  for (const ms of [idsAheadMaxMs + 1, 365 * 86_400_000]) {
    const [late, afterLate] = ahead(ms);
    assert.ok(afterLate < late, `${ms} ms`);
    assert.equal(uuidTime(afterLate), time.now);
  }
});

test('the id after another is the next above it, with its own random part', () => {
  const id = '01900000-0000-7005-8123-0123456789ab';
  assert.equal(uuidAfter('01911111-1111-7fff-bfff-ffffffffffff', id), '01911111-1112-7000-8123-0123456789ab');
  assert.equal(uuidAfter('01911111-1111-7003-bfff-ffffffffffff', id), '01911111-1111-7004-8123-0123456789ab');
});

test('two sources at one time do not give the same id', () => {
  const clock = clockAt({ now: 0 });
  const [one, other] = [openUuidSource(clock), openUuidSource(clock)];
  assert.notEqual(one(), other());
});

test('the random part is what the random source gives', () => {
  const id = openUuidSource(clockAt({ now: 1 }), (size) => Buffer.alloc(size, 0xff))();
  assert.equal(id, '00000000-0001-7000-bfff-ffffffffffff');
});

test('bytes and text are the same id', () => {
  const id = openUuidSource(systemClock)();
  assert.equal(uuidToBytes(id).length, 16);
  assert.equal(uuidFromBytes(uuidToBytes(id)), id);
  assert.equal(uuidFromBytes(new Uint8Array(20).fill(1).subarray(4)), '01010101-0101-0101-0101-010101010101');
});

test('what is a UUID is told from what is not', () => {
  assert.ok(isUuid('0199A1B2-0000-7000-8000-000000000000'));
  const wrong = ['', '0199a1b2000070008000000000000000', '0199a1b2-0000-7000-8000-00000000000g'];
  for (const text of [...wrong, '0199a1b2-0000-7000-8000-000000000000\n']) assert.equal(isUuid(text), false);
});

test('names of requests are UUIDs, each another', () => {
  const nextId = openRequestIds();
  const ids = Array.from({ length: 1000 }, nextId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
