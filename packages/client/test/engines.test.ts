// The engines that the client supports: Safari 16.4, Chrome 105, Firefox 115, React Native 0.76 and Node 22. What one of
// them lacks is removed before the bundle runs, and no bundle may name it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { namesIn, newerApis, newerInReactNative, removalOf } from '@carillon/testing/engines/newer-apis.ts';
import { startHub } from '@carillon/testing/hub/hub.ts';
import { build } from 'esbuild';
import { postTo } from './support/clients.ts';

const source = new URL('../src/', import.meta.url).pathname;

const entries = ['index.ts', 'service-worker/index.ts', 'web-push/web-push.ts', 'compat/index.ts'];

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source + entry],
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
  });
  return outputFiles[0]?.text ?? '';
}

for (const entry of entries) {
  test(`the bundle of ${entry} uses nothing that is newer than the engines`, async () => {
    const text = await bundle(entry);
    const reactNative = entry === 'index.ts' ? newerInReactNative : [];
    assert.deepEqual(namesIn(text, [...newerApis, ...reactNative]), []);
  });
}

test('the inbox uses nothing that is newer than the browsers', async () => {
  const text = await bundle('../../inbox/src/index.ts');
  assert.deepEqual(namesIn(text, newerApis), []);
  const guarded = text.match(/"showPopover" in \w+ && !\w+\.matches\(":popover-open"\)/g) ?? [];
  assert.equal(guarded.length, text.match(/matches\(":popover-open"\)/g)?.length ?? 0);
});

test('without any of that a feed is live, and what is done in it reaches the hub', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  const text = await bundle('index.ts');
  const options = { baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }), storage: 'memory' };
  const code = `
    import { parentPort } from 'node:worker_threads';
    // Node's own fetch needs some of it once.
    await fetch(${JSON.stringify(`${hub.baseUrl}/healthz`)});
    ${removalOf([...newerApis, ...newerInReactNative])}
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

test('nor do the worker and the compat surface need any of it', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import 'fake-indexeddb/auto';
        export { serveNotifications } from '../src/service-worker/index.ts';
        export { UserNotificationApiImpl } from '../src/compat/index.ts';
        export { openWorkerScope } from './support/worker-scope.ts';
      `,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
  });
  const text = outputFiles[0]?.text ?? '';
  const options = { baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }), id };
  const code = `
    import { parentPort } from 'node:worker_threads';
    const { token, id, baseUrl } = ${JSON.stringify(options)};
    // Node's own fetch needs some of it once.
    const { fetch } = globalThis;
    await fetch(baseUrl + '/healthz');
    ${removalOf(newerApis)}
    const parts = await import(${JSON.stringify(`data:text/javascript,${encodeURIComponent(text)}`)});
    const worker = parts.openWorkerScope({ keys: { p256dh: '', auth: '' }, engine: 'webKit' });
    worker.scope.fetch = (input, init) => fetch(input, init);
    parts.serveNotifications(worker.scope, { baseUrl, token: async () => token });
    const push = JSON.stringify({ v: 1, kind: 'tap', notificationId: id, unreadCount: 1 });
    await worker.dispatch('push', { data: { text: () => push } });
    const [notification] = await worker.scope.registration.getNotifications();
    await worker.dispatch('notificationclick', { notification, action: 'carillon-read' });
    const api = new parts.UserNotificationApiImpl(token, { baseUrl });
    const { userNotifications } = await api.getAllNotificationsAsync();
    parentPort.postMessage([worker.titles(), userNotifications.map(({ readState }) => readState)]);
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once('message', resolve).once('error', reject);
  assert.deepEqual(await promise, [['Lunch'], [true]]);
  await worker.terminate();
});
