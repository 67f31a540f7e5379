// The example of a page as its README runs it, in a real Chromium: the bell counts what the hub has, and lists it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { carillon } from '@carillon/testing/hub/command.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { serve } from '@carillon/testing/hub/served.ts';
import { startChromium } from '@carillon/testing/machine/chromium.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'page', 'serve.ts');
// bound: a program that does not start fails the test by name
const startMaxMs = 60_000;
const dataDir = mkdtempSync(join(tmpdir(), 'carillon-example-page-'));

after(() => rmSync(dataDir, { recursive: true, force: true }));

async function startHub(context: TestContext): Promise<string> {
  const hub = serve(dataDir, ['--dev', '--port', '0']);
  context.after(async () => {
    hub.process.kill('SIGTERM');
    await hub.ended;
  });
  await hub.ready;
  return /^carillon is ready at (\S+)$/m.exec(hub.output())?.[1] ?? '';
}

async function startPage(context: TestContext, hub: string): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  const child = spawn(process.execPath, [example], {
    env: { ...process.env, HUB: hub, PORT: String(port), CARILLON_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until(() => output.includes(`http://localhost:${port}`), 'the page is served', startMaxMs);
  return `http://localhost:${port}`;
}

test('the bell counts what is sent, and the list shows it', async (context) => {
  const hub = await startHub(context);
  const url = await startPage(context, hub);
  await using chromium = await startChromium();
  const page = await (await chromium.openProfile()).newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url);
  const inbox = page.locator('carillon-inbox');
  await inbox.locator('button').first().waitFor();
  const send = ['send', '--user', 'alice@demo.example', '--app', 'demo', '--title', 'Your order is ready'];
  const { ended, text } = carillon(context, dataDir, ...send);
  assert.equal(await ended, 0, text.error);
  await inbox.getByText('1', { exact: true }).first().waitFor();
  await inbox.locator('button').first().click();
  await inbox.getByText('Your order is ready').first().waitFor();
  assert.deepEqual(faults, []);
});
