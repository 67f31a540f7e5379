import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFigures, withRate } from './capacity-constants.ts';

const source = `a: row('creates', 'main thread', 115.5, 'µs'),\nb: awaited('push', "FCM's rate", 3500, '/s'),`;
const results = (rows: string): string =>
  `# Measured\n\n## creates\n\n| main thread | 99.1 µs | 90–100 |  |  |\n\n${rows}`;

test('A figure that was measured again is taken over.', () => {
  assert.match(withFigures(source, results('')), /a: row\('creates', 'main thread', 99\.1, 'µs'\)/);
});

test('A figure that is recorded for the first time is no longer awaited.', () => {
  const text = withFigures(
    source,
    results("## push\n\n| FCM's rate | 4100 /s | 4000–4200 | ≥ 3500 /s | yes |\n"),
  );
  assert.match(text, /b: row\('push', "FCM's rate", 4100, '\/s'\)/);
});

test('A figure without a row keeps its value and is awaited.', () => {
  assert.match(withFigures(source, results('')), /b: awaited\('push', "FCM's rate", 3500, '\/s'\)/);
});

test('A figure that is now measured in another unit is an error.', () => {
  assert.throws(() => withFigures(source, '## creates\n\n| main thread | 0.1 ms |  |  |  |\n'), /not in µs/);
});

test("A channel's rate is taken over into its descriptor, and kept without a row.", () => {
  const descriptor = "capacity: { drained: { figure: 'FCM, drained', perSecond: 4500 } }";
  const measured = '## push-drain\n\n| FCM, drained | 4700 /s |  |  |  |\n';
  assert.match(withRate(descriptor, measured), /perSecond: 4700 /);
  assert.equal(withRate(descriptor, results('')), descriptor);
});
