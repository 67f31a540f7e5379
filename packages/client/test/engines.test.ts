// The engines that the client supports: Safari 16.4, Chrome 105, Firefox 115, React Native 0.76 and Node 22. What one of
// them lacks is removed before the bundle runs, and no bundle may name it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { startHub } from '@carillon/testing/hub/hub.ts';
import { build } from 'esbuild';
import { postTo } from './support/clients.ts';

const source = new URL('../src/', import.meta.url).pathname;

/** Newer than the oldest of the engines: as it is written in a bundle, and how to remove it. */
const newer: readonly (readonly [written: RegExp, object: string, member: string])[] = [
  [/\bwithResolvers\b/, 'Promise', 'withResolvers'],
  [/\bPromise\.try\b/, 'Promise', 'try'],
  [/\bAbortSignal\.any\b/, 'AbortSignal', 'any'],
  [/\bAbortSignal\.timeout\b/, 'AbortSignal', 'timeout'],
  [/\.toSorted\(/, 'Array.prototype', 'toSorted'],
  [/\.toReversed\(/, 'Array.prototype', 'toReversed'],
  [/\.toSpliced\(/, 'Array.prototype', 'toSpliced'],
  [/\.fromAsync\(/, 'Array', 'fromAsync'],
  [/\.groupBy\(/, 'Object', 'groupBy'],
  [/\bcanParse\b/, 'URL', 'canParse'],
  [/\.isSubsetOf\(/, 'Set.prototype', 'isSubsetOf'],
  [
    /\.(values|keys|entries)\(\)\.(map|filter|some|every|find|toArray|flatMap)\(/,
    'Iterator.prototype',
    'map',
  ],
  // React Native's URL is no whole one; it has no TextDecoder either, which only a stream over fetch needs.
  [/\bsearchParams\b/, 'URL.prototype', 'searchParams'],
];

const entries = ['index.ts', 'service-worker/index.ts', 'web-push/web-push.ts', 'compat/index.ts'];

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source + entry],
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
  });
  return outputFiles[0]?.text ?? '';
}

function namesIn(text: string, names: typeof newer): string[] {
  return names.filter(([written]) => written.test(text)).map(([, object, member]) => `${object}.${member}`);
}

for (const entry of entries) {
  test(`the bundle of ${entry} uses nothing that is newer than the engines`, async () => {
    const text = await bundle(entry);
    assert.deepEqual(namesIn(text, newer), []);
  });
}

test('the inbox uses nothing that is newer than the browsers', async () => {
  const text = await bundle('../../inbox/src/index.ts');
  const lacking = newer.filter(([, object]) => !object.startsWith('URL.'));
  assert.deepEqual(namesIn(text, lacking), []);
  const guarded = text.match(/"showPopover" in \w+ && !\w+\.matches\(":popover-open"\)/g) ?? [];
  assert.equal(guarded.length, text.match(/matches\(":popover-open"\)/g)?.length ?? 0);
});

test('without any of that a feed is live, and what is done in it reaches the hub', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  const text = await bundle('index.ts');
  const options = { baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }), storage: 'memory' };
  const removals = newer.map(([, object, member]) => `delete globalThis.${object}?.${member};`);
  const code = `
    import { parentPort } from 'node:worker_threads';
    // Node's own fetch needs some of it once.
    await fetch(${JSON.stringify(`${hub.baseUrl}/healthz`)});
    ${removals.join('\n')}
    delete globalThis.TextDecoder;
    const { connectHub } = await import(${JSON.stringify(`data:text/javascript,${encodeURIComponent(text)}`)});
    const { token, ...options } = ${JSON.stringify(options)};
    const hub = connectHub({ ...options, token: async () => token, transports: ['webSocket', 'polling'] });
    const feed = hub.feed();
    await feed.ready;
    feed.dismiss(feed.items[0].id);
    feed.subscribe(async () => {
      if (feed.status.pending > 0) return;
      const { phase, transport } = feed.status;
      await hub.close();
      parentPort.postMessage([phase, transport]);
    });
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once('message', resolve).once('error', reject);
  assert.deepEqual(await promise, ['live', 'webSocket']);
  await worker.terminate();
  const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, {
    token: hub.token({ user: 'alice' }),
  });
  assert.equal(json.userActionState, 'dismissed');
});
