// The walk in ARCHITECTURE.md ("One POST, file by file") against what did run, as V8 counts it: in the main thread and in
// SQLite's writer, between the arrival of one warm POST and its answer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { post, startHub } from '@carillon/testing/hub/hub.ts';
import { keepDataIn, type StoreName } from '@carillon/testing/hub/store-place.ts';
import { startCoverage } from '@carillon/testing/machine/coverage.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const architecture = readFileSync(join(import.meta.dirname, '../../../../../ARCHITECTURE.md'), 'utf8');

/** What a reader need not open: pure helpers and nouns, tables of columns and codes, and look-ups of a line or two. */
const leftOut = [
  /^(lib|model|telemetry)\//,
  /^store\/(codes|columns|plan-reads)\.ts$/,
  // Whether a new notification goes into the index of fresh ones alone, and their names.
  /^store\/sqlite\/feed\/(fresh|commit\/known-names)\.ts$/,
  // How a message between the two threads is laid out.
  /^store\/sqlite\/feed\/commit\/messages\.ts$/,
  /^store\/(sqlite|postgres)\/feed\/(tables|partitions|commit\/(addresses|prefetched-snapshot))\.ts$/,
  // Whether an app has changed since it was cached.
  /^(auth\/inbox-app|store\/sql-registry\/(apps|rows)|store\/\w+\/registry\/(memory|refresh))\.ts$/,
  // Forms of a path, the path without its query, options that are not there, the line of the log.
  /^(edge\/http\/(http|request-log)|edge\/request\/path(s|-forms)|operations\/kernel\/query)\.ts$/,
  // Bounds: connections that have not authenticated, answers that nobody reads.
  /^edge\/http\/(connections|unsent-answers)\.ts$/,
  // The bytes of a body, as JSON.
  /^edge\/request\/json-body\.ts$/,
  // The bytes of an answer, the headers of every one, those that may stand once, and the version that is read.
  /^edge\/(answer\/(base-headers|write)|request\/(single-headers|max-version))\.ts$/,
  // Whether the token was revoked, how far the log has come, which server a connection leads to.
  /^(auth\/revoked-tokens|store\/sql-registry\/revocations|store\/sqlite\/feed\/(progress|mark)|store\/postgres\/wire\/servers)\.ts$/,
  // Whether the keys that verified the token are still the hub's.
  /^(auth\/(issuers|secrets|provider\/keys)|store\/sql-registry\/keys)\.ts$/,
  // The counts of a feed, and whether a post fits its storage.
  /^feed\/(post|plan\/feed-counts)\.ts$/,
  // Whether anybody is told by webhook.
  /^(webhooks\/watches|store\/sql-registry\/webhooks\/change-subscriptions|store\/\w+\/feed\/commit\/apply-webhooks)\.ts$/,
  // Whether something is asked.
  /^operations\/notifications\/response-policy\.ts$/,
  // Whether batch requests wait for the writes before them.
  /^feed\/room\.ts$/,
  // What is counted around the runner and the commit.
  /^(operations\/kernel\/metered-runner|feed\/metered-commit|hub\/open-metrics)\.ts$/,
  // Whether the dispatcher has room, handed over by the composition.
  /^(hub\/open-hub|push\/dispatch\/dispatcher)\.ts$/,
];
/** Behind the commit, and not waited for. */
const behind = /^(feed\/publish|live\/(fan-out|waits))\.ts$/;

/** The files of the walk, without those of the other store. */
function walkOf(store: StoreName): string[] {
  const section = /\n## One POST, file by file\n([\s\S]*?)\n## /.exec(architecture)?.[1] ?? '';
  const steps = section.match(/^(?:\d+\.|-) `[^`]+\.ts`|^Then `[^`]+\.ts`/gm) ?? [];
  const other = store === 'sqlite' ? 'store/postgres/' : 'store/sqlite/';
  const files = steps.map((step) => step.replace(/^.*?`|`$/g, ''));
  return files.filter((file) => !file.startsWith(other));
}

async function filesOfOnePost(): Promise<string[]> {
  // Its clock stands still, so no timer (a sweep, a turn of the streams) runs beside the request.
  await using hub = await startHub({ clock: new ManualClock(Date.now()) });
  const token = hub.token({ user: 'alice' });
  const create = () => hub.request('POST', '/v1.0/me/notifications', { token, body: post() });
  for (let warm = 0; warm < 5; warm++) await create();
  await using coverage = await startCoverage();
  await create();
  await coverage.take();
  // What runs beside a request, such as a connection that is checked, does not run beside each of them.
  const rounds: ReadonlySet<string>[] = [];
  for (let each = 0; each < 5; each++) {
    assert.equal((await create()).status, 201);
    rounds.push(new Set((await coverage.take()).keys()));
  }
  const [first = new Set(), ...others] = rounds;
  return [...first]
    .filter((url) => others.every((ran) => ran.has(url)))
    .filter((url) => url.includes('/packages/hub/src/'))
    .map((url) => url.replace(/^.*\/packages\/hub\/src\//, ''));
}

describe('the walk of a POST in ARCHITECTURE.md', () => {
  for (const store of ['sqlite', 'postgres'] as const) {
    test(`names the files that run, with ${store}`, async () => {
      keepDataIn(store);
      const ran = await filesOfOnePost();
      const opened = ran.filter((file) => !behind.test(file) && !leftOut.some((each) => each.test(file)));
      assert.deepEqual([...new Set(opened)].sort(), walkOf(store).sort());
    });
  }

  test('is no longer than a reader can follow', () => {
    assert.ok(walkOf('sqlite').length <= 17 && walkOf('postgres').length <= 20);
  });
});
