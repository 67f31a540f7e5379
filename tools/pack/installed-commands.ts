// What must work in a folder that holds the published packages, whichever Node runs it: a test for each Node calls this.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Installed } from './installed.ts';

export interface Place {
  readonly installed: Installed;
  /** Path of the Node; asked when the tests run. */
  readonly node: () => string;
}

export function testOn({ installed, node }: Place): void {
  describe('the installed packages', () => {
    test('carillon serves, and its commands work beside it', () => serveAndSend(installed, node()));
    test('carillon simulates push services, over TLS', async () => {
      const simulator = installed.start(node(), ['simulate', '--port', '0', '--data-dir', 'data']);
      await simulator.until(/https:\/\/\S+:\d+/);
      assert.equal(await simulator.stop(), 0);
    });
    test('are imported, in a thread without a document too', () => importAll(installed, node()));
    test('give a thread without a document a hub', () => connectInThread(installed, node()));
  });
}

async function serveAndSend(installed: Installed, node: string): Promise<void> {
  const data = ['--data-dir', 'data'];
  assert.match(await installed.npx(node, ['--version']), /^\d+\.\d+\.\d+$/);
  const hub = installed.start(node, ['serve', '--dev', '--port', '0', ...data]);
  const [, url] = await hub.until(/^carillon is ready at (\S+)$/m);
  assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: 'ok' });
  const inbox = await fetch(`${url}/inbox`);
  assert.equal(inbox.status, 200);
  const page = await inbox.text();
  const isBuilt = existsSync(join(installed.folder, 'node_modules/@carillon/web/dist/index.html'));
  assert.match(page, isBuilt ? /<script/ : /not built/);
  const user = ['--user', 'alice@demo.example', ...data];
  const token = await installed.carillon(node, ['token', '--app', 'demo', ...user]);
  const id = await installed.carillon(node, ['send', '--title', 'Lunch is ready', ...user]);
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/v1.0/me/notifications/${id}`, { headers });
  const notification = (await answer.json()) as { payload: unknown };
  assert.deepEqual(notification.payload, { visualContent: { title: 'Lunch is ready' } });
  assert.equal(await hub.stop(), 0);
}

async function importAll(installed: Installed, node: string): Promise<void> {
  // React is the importer's own.
  const entries = ['@carillon/protocol', '@carillon/client', '@carillon/inbox', 'carillon']
    .flatMap((name) => installed.entriesOf(name))
    .filter((entry) => entry !== '@carillon/inbox/react');
  for (const entry of ['client/service-worker', 'client/web-push', 'client/compat', 'client/node', 'inbox'])
    assert.ok(entries.includes(`@carillon/${entry}`), entry);
  const program = `
    import { Worker } from 'node:worker_threads';
    const thread = new Worker(${JSON.stringify(importing(entries))}, { eval: true });
    thread.on('error', (error) => { throw error; });
    ${importing(entries)}
  `;
  const lines = (await installed.node(node, program)).split('\n');
  const line = `imported ${entries.length}, defined nothing`;
  assert.deepEqual(lines, [line, line]);
}

/** Lit brings a registry of elements where there is none; the component stays out of it too. */

function importing(entries: readonly string[]): string {
  const list = entries.map((entry) => `import(${JSON.stringify(entry)})`).join(', ');
  return `Promise.all([${list}]).then((all) => {
    const defined = globalThis.customElements?.get('carillon-inbox');
    console.log('imported ' + all.length + ', defined ' + (defined ? 'the inbox' : 'nothing'));
  });`;
}

async function connectInThread(installed: Installed, node: string): Promise<void> {
  const thread = `
    const modules = Promise.all([import('@carillon/client'), import('node:worker_threads')]);
    modules.then(([{ connectHub }, { parentPort }]) => {
      const token = async () => { throw new Error('nobody is signed in'); };
      const hub = connectHub({ baseUrl: 'http://127.0.0.1:1', token });
      const feed = hub.feed();
      feed.subscribe(() => {
        if (feed.status.phase === 'signedOut') parentPort.postMessage(typeof document);
      });
    });`;
  const program = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const thread = new Worker(${JSON.stringify(thread)}, { eval: true });
    const [type] = await once(thread, 'message');
    console.log('signed out, document ' + type);
    await thread.terminate();`;
  assert.equal(await installed.node(node, program), 'signed out, document undefined');
}
