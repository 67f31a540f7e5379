import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { retryHeaders } from './retry-headers.ts';

test('of what is throttled all four are said, of what is busy when to come back, of the rest nothing', () => {
  assert.deepEqual(retryHeaders({ retryAfterMs: 1001, limit: 8 }), {
    ...{ 'Retry-After': '2', 'RateLimit-Limit': '8', 'RateLimit-Remaining': '0', 'RateLimit-Reset': '2' },
  });
  assert.deepEqual(retryHeaders({ retryAfterMs: 0 }), { 'Retry-After': '1' });
  assert.deepEqual(retryHeaders({ limit: 8 }), {});
});

/** Where answers come from; providers and endpoints answer 429 to the hub elsewhere. */
const places = ['auth', 'edge', 'feed', 'live', 'operations', 'pictures', 'throttle'];
const source = join(import.meta.dirname, '../..');

test('every source of a 429 gives its answer those headers', () => {
  const files = places.flatMap((place) =>
    readdirSync(join(source, place), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(place, name)),
  );
  const textOf = (file: string) => readFileSync(join(source, file), 'utf8');
  const made = files.filter((file) => /new HubError\(\s*'throttled'/.test(textOf(file)));
  assert.deepEqual(made, [], 'throttled() of model/errors.ts asks for the limit');
  const sent = files.filter((file) =>
    /\b(?:status(?:Code)?\s*[:=]|show\(|refuse\()\s*429\b/.test(textOf(file)),
  );
  for (const file of sent) assert.match(textOf(file), /\blimit\b|etRetryHeaders\(/, file);
  assert.ok(sent.length >= 3, sent.join(', '));
});
