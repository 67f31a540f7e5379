// The inbox as one file on a page without a bundler, of another origin than the hub, in real Chromium: the classic script with
// its integrity, and the module.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { namesIn, newerApis, removalOf } from '@carillon/testing/engines/newer-apis.ts';
import { post, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { startChromium, type TestChromium } from '@carillon/testing/machine/chromium.ts';
import { buildEmbed, type EmbedFile } from '../../../tools/pack/embed.ts';

const maxBytes = 60 * 1024;

describe('the inbox as one file', () => {
  let hub: TestHub;
  let chromium: TestChromium;
  let files: readonly EmbedFile[];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.find(({ name }) => pathname === `/${name}`);
    const type = file ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
    response.end(file ? file.text : pageOf(pathname));
  });
  const pageOf = (pathname: string): string => {
    const [classic] = files;
    const options = JSON.stringify({ baseUrl: hub.baseUrl });
    const token = JSON.stringify(hub.token({ user: 'alice' }));
    const show = `const feed = CONNECT({ ...${options}, token: async () => ${token} }).feed();
      document.querySelector('carillon-inbox').feed = feed;`;
    const scripts =
      pathname === '/module'
        ? `<script type="module">import { connectHub } from '/embed.mjs'; ${show.replace('CONNECT', 'connectHub')}</script>`
        : `<script src="/embed.js" crossorigin="anonymous" integrity="${classic?.integrity}"></script>
          <script>${show.replace('CONNECT', 'Carillon.connectHub')}</script>`;
    return `<!doctype html><title>x</title><carillon-inbox inline lang="en"></carillon-inbox>${scripts}`;
  };
  before(async () => {
    files = await buildEmbed();
    hub = await startHub();
    chromium = await startChromium();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    await chromium?.[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
    await hub?.close();
  });

  const shows = async (path: string, lacking = ''): Promise<void> => {
    const title = `By ${path} ${lacking.length}`;
    const body = post({ payload: { visualContent: { title } } });
    await hub.request('POST', '/v1.0/me/notifications', { token: hub.token({ user: 'alice' }), body });
    const page = await chromium.browser.newPage();
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', ({ message }) => messages.push(message));
    if (lacking) await page.addInitScript(lacking);
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}${path}`);
    await page.getByText(title).first().waitFor();
    assert.deepEqual(
      messages.filter((each) => !each.includes('favicon')),
      [],
    );
    await page.close();
  };

  for (const path of ['/classic', '/module'])
    test(`shows the feed of the hub from ${path}, and warns of nothing`, () => shows(path));

  test('does so without what the oldest browsers lack, and uses nothing of it', async () => {
    for (const { name, text } of files) assert.deepEqual(namesIn(text, newerApis), [], name);
    const popover = ['showPopover', 'hidePopover', 'togglePopover', 'popover'];
    const without = `for (const name of ${JSON.stringify(popover)}) delete HTMLElement.prototype[name];`;
    await shows('/classic', `${removalOf(newerApis)}\n${without}`);
  });

  test('has a bound', (context) => {
    for (const { name, text } of files) {
      const bytes = gzipSync(text, { level: 9 }).length;
      context.diagnostic(`${name}: ${bytes} bytes of ${maxBytes}`);
      assert.ok(bytes <= maxBytes, `${name}: ${bytes} bytes`);
    }
  });
});
