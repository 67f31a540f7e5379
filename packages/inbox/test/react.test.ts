import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startChromium, type TestChromium } from '@carillon/testing/machine/chromium.ts';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { CarillonInbox, type CarillonInboxProps } from '../src/react/index.ts';
import { MemoryFeed } from './support/memory-feed.ts';

test('the types of its properties and callbacks are those of the element', () => {
  const feed = new MemoryFeed();
  const props: CarillonInboxProps = { feed, theme: 'dark', onCount: ({ detail }) => detail.count.toFixed() };
  assert.ok(createElement(CarillonInbox, props));
  createElement('carillon-inbox', { feed, inline: true });
  // @ts-expect-error a feed is needed
  createElement(CarillonInbox, {});
  // @ts-expect-error no such theme
  createElement(CarillonInbox, { feed, theme: 'sepia' });
  // @ts-expect-error the event carries a notification, not its id
  createElement(CarillonInbox, { feed, onActivate: ({ detail }) => detail.id });
});

test('a server renders the element with its attributes', () => {
  const shown = { feed: null, inline: true, open: false, theme: 'dark', undoSeconds: 5 } as const;
  assert.equal(
    renderToString(createElement(CarillonInbox, shown)),
    '<carillon-inbox inline="" theme="dark" undo-seconds="5"></carillon-inbox>',
  );
});

test('a server renders the bare element', () => {
  const rendered = renderToString(
    createElement(CarillonInbox, { feed: null, lang: 'de', className: 'mine' }),
  );
  assert.equal(rendered, '<carillon-inbox lang="de" class="mine"></carillon-inbox>');
});

describe('in a page', () => {
  let chromium: TestChromium;
  let page: Page;
  before(async () => {
    chromium = await startChromium();
    page = await chromium.browser.newPage();
    await page.setContent('<!doctype html><div id="app"></div>');
    await page.addScriptTag({ content: await bundlePage(), type: 'module' });
    await page.waitForSelector('carillon-inbox .row');
  });
  after(() => chromium[Symbol.asyncDispose]());

  test('it sets the feed as a property and calls back with the newest callback', async () => {
    assert.equal(await page.textContent('#count'), '6');
    await page.click('.row >> nth=0');
    await page.waitForFunction(() => document.querySelector('#count')?.textContent === '5');
    assert.equal(await page.textContent('#opened'), 'Deployment to production finished at count 6');
  });

  test('it lets go of the feed when it leaves', async () => {
    await page.click('#leave');
    await page.waitForFunction(() => !document.querySelector('carillon-inbox'));
    assert.equal(await page.evaluate('listeners()'), 0);
  });
});

async function bundlePage(): Promise<string> {
  const contents = `
    import { createElement as h, useState } from 'react';
    import { createRoot } from 'react-dom/client';
    import { CarillonInbox } from '../src/react/index.ts';
    import { MemoryFeed } from './support/memory-feed.ts';
    import { sampleItems } from './support/samples.ts';
    const feed = new MemoryFeed(sampleItems(Date.now()));
    let count = 0;
    const subscribe = feed.subscribe.bind(feed);
    feed.subscribe = (listener) => { count += 1; const stop = subscribe(listener); return () => { count -= 1; stop(); }; };
    globalThis.listeners = () => count;
    function App() {
      const [count, setCount] = useState(0);
      const [opened, setOpened] = useState('');
      const [here, setHere] = useState(true);
      return h('div', null,
        h('b', { id: 'count' }, count), h('i', { id: 'opened' }, opened),
        h('button', { id: 'leave', onClick: () => setHere(false) }, 'Leave'),
        here && h('div', { style: { height: 600 } }, h(CarillonInbox, { feed, inline: true,
          onCount: (event) => setCount(event.detail.count),
          onActivate: (event) => setOpened(event.detail.notification.payload.visualContent.title + ' at count ' + count) })));
    }
    createRoot(document.querySelector('#app')).render(h(App));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  return outputFiles[0]!.text;
}
