import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberInputs, readInputs } from './inputs.ts';

test('Without options every input has its default, within its own bounds.', () => {
  const inputs = readInputs({});
  for (const [name, { fallback, min, max }] of Object.entries(numberInputs)) {
    assert.equal(inputs[name as keyof typeof numberInputs], fallback);
    assert.ok(fallback >= min && fallback <= max, name);
  }
  assert.equal(inputs.transport, 'sse');
});

test('Numbers may be written with an exponent, and with underscores between digits.', () => {
  assert.equal(readInputs({ users: '100e6' }).users, 100_000_000);
  assert.equal(readInputs({ users: '2_500_000' }).users, 2_500_000);
  assert.equal(readInputs({ devices: '2.5' }).devices, 2.5);
});

for (const [name, text] of [
  ['users', '0'],
  ['users', '1.5'],
  ['users', 'many'],
  ['users', ''],
  ['users', '-3'],
  ['users', '1e999'],
  ['online', '1.1'],
  ['busy', '1'],
  ['memory', '0.1'],
] as const) {
  test(`--${name} "${text}" is refused with what would be right.`, () => {
    assert.throws(() => readInputs({ [name]: text }), {
      message: new RegExp(`^--${name} "${text}" must be a (whole )?number from .* to .*: .+`),
    });
  });
}

test('Shares of platforms add up to one, and those that are left out have none.', () => {
  assert.deepEqual(readInputs({ platforms: 'ios=3,android=1' }).platforms, {
    windows: 0,
    ios: 0.75,
    android: 0.25,
    webPush: 0,
  });
});

for (const text of ['ios', 'ios=x', 'symbian=1', 'ios=0', '']) {
  test(`--platforms "${text}" is refused with an example.`, () => {
    assert.throws(() => readInputs({ platforms: text }), /must be shares such as ios=45,android=45/);
  });
}

test('A transport that does not exist is refused with those that do.', () => {
  assert.throws(() => readInputs({ transport: 'carrier-pigeon' }), /must be one of websocket, sse/);
});
