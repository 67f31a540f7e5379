// When a signing key is published, signs, verifies and ends, by the clock alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { makeSigningKey, openSigningKeys, rotateSigningKeys } from './keys.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const lead = { leadMs: 10 * minuteMs, endsOthers: false };

async function open() {
  const clock = new ManualClock();
  const first = await makeSigningKey();
  const stored = { text: JSON.stringify({ keys: [first] }) };
  const meta = {
    readOrMake: async () => stored.text,
    read: async () => stored.text,
    write: async () => {},
    count: async () => 0,
  };
  const keys = await openSigningKeys({ meta, keys: { find: () => stored.text } }, clock);
  const kids = () => keys.publicKeys.keys.map(({ kid }) => kid);
  const signer = () => {
    const [header = ''] = keys.sign({}).split('.');
    return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
  };
  return { clock, first: first.kid, stored, keys, kids, signer };
}

test('a new key is published, signs after its lead, and the one before verifies until its last token has ended', async () => {
  const { clock, first, stored, keys, kids, signer } = await open();
  const second = await makeSigningKey();
  const rotated = rotateSigningKeys(stored.text, second, { now: clock.now(), ...lead });
  stored.text = rotated.text;
  assert.deepEqual(kids(), [first, second.kid]);
  assert.equal(signer(), first);
  clock.advance(lead.leadMs - 1);
  assert.equal(signer(), first);
  const before = keys.publicKeys;
  clock.advance(1);
  assert.equal(signer(), second.kid);
  assert.notEqual(keys.publicKeys, before);
  assert.deepEqual(kids(), [second.kid, first]);
  clock.advance(hourMs + 10 * minuteMs - 1);
  assert.deepEqual(kids(), [second.kid, first]);
  assert.equal(clock.now() + 1, rotated.othersUntil);
  clock.advance(1);
  assert.deepEqual(kids(), [second.kid]);
  assert.doesNotMatch(JSON.stringify(keys.publicKeys), /"[dpq]":/);
});

test('at most four keys verify at once, unless the others end', async () => {
  const { clock, stored, kids, signer } = await open();
  const now = clock.now();
  for (let count = 1; count < 4; count++)
    stored.text = rotateSigningKeys(stored.text, await makeSigningKey(), { now, ...lead }).text;
  const next = await makeSigningKey();
  assert.throws(
    () => rotateSigningKeys(stored.text, next, { now, ...lead }),
    /4 signing keys verify already/,
  );
  stored.text = rotateSigningKeys(stored.text, next, { now, leadMs: 0, endsOthers: true }).text;
  assert.deepEqual(kids(), [next.kid]);
  assert.equal(signer(), next.kid);
});
