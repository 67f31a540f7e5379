// Operators with a browser of their own each at a hub's console: they sign in as people do, and keep what the page complained of.
//   const { hub, operator } = await openConsole();
//   const olga = await operator();
//   await olga.signIn('olga');
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach } from 'node:test';
import { password, startHub, type TestHub, userNames } from '@carillon/testing/hub/hub.ts';
import { passwordHash } from '@carillon/testing/hub/identity.ts';
import { startChromium, type TestBrowser } from '@carillon/testing/machine/chromium.ts';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { buildReference } from '../../../web/reference/build.ts';
import { buildSite } from '../../../web/site/build.ts';
import { buildConsole } from '../../build.ts';

/** Olga may change everything, Rita only look, Alice neither. */
export const operators = {
  olga: 'olga@contoso.example',
  rita: 'rita@contoso.example',
  alice: userNames.alice,
} as const;

export interface Operator {
  readonly profile: BrowserContext;
  readonly page: Page;
  /** Console errors, violations of the content policy among them, and uncaught exceptions. */
  readonly complaints: string[];
  open(hash?: string): Promise<void>;
  /** `hash`: the place that is opened first, and shown after the sign-in. */
  signIn(who: keyof typeof operators, hash?: string): Promise<void>;
  /** Goes to another place, and waits until it has read what it shows. */
  show(hash: string): Promise<void>;
}

/** Pages on a machine that does much else. bound: a page that never shows fails its test */
const shownMaxMs = 60_000;

/** A hub below a path with the built console, and one browser, for a whole test file. */
export async function openConsole({ settings = {}, ...overrides }: Parameters<typeof startHub>[0] = {}) {
  await buildConsole({ always: false });
  await buildReference({ always: false });
  await buildSite({ always: false });
  const proxy = await startProxy('/hub');
  const hub = await startHub({ ...overrides, settings: { 'public-url': proxy.url, ...settings } });
  proxy.target = hub.baseUrl;
  await seedOperators(hub);
  const browser = await startChromium();
  const opened: Operator[] = [];
  after(async () => {
    await browser[Symbol.asyncDispose]();
    await hub.close();
    proxy.close();
  });
  afterEach(async () => {
    for (const { profile } of opened.splice(0)) await profile.close();
  });
  const operator = async (context: BrowserContextOptions = {}): Promise<Operator> => {
    const one = await openOperator(proxy.url, browser, context);
    opened.push(one);
    return one;
  };
  return { hub, publicUrl: proxy.url, operator };
}

async function seedOperators({ registry }: TestHub): Promise<void> {
  const base = { passwordHash, operator: false };
  const id = '01a00000-0000-4000-8000-000000000003';
  await registry.users.put({ ...base, id, name: operators.olga, operator: true });
  const readerId = '41a00000-0000-4000-8000-000000000004';
  await registry.users.put({ ...base, id: readerId, name: operators.rita, operatorRead: true });
}

interface PrefixProxy {
  readonly url: string;
  /** The hub's own address, once that is known. */
  target: string;
  close(): void;
}

/** As a proxy that serves several things on one host: it strips the path that the hub's public URL has. */
async function startProxy(prefix: string): Promise<PrefixProxy> {
  const server = createServer((asked, answer) => {
    const path = asked.url?.startsWith(prefix) ? asked.url.slice(prefix.length) || '/' : '/none';
    const options = { method: asked.method, headers: asked.headers };
    const passed = request(`${proxy.target}${path}`, options, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  const proxy: PrefixProxy = { url: `http://127.0.0.1:${port}${prefix}`, target: '', close };
  return proxy;
}

async function openOperator(
  publicUrl: string,
  browser: TestBrowser,
  context: BrowserContextOptions,
): Promise<Operator> {
  const profile = await browser.openProfile({ viewport: { width: 1440, height: 900 }, ...context });
  profile.setDefaultTimeout(shownMaxMs);
  const complaints: string[] = [];
  profile.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  profile.on('weberror', (error) => complaints.push(String(error.error())));
  const page = await profile.newPage();
  const open = async (hash = ''): Promise<void> => {
    await page.goto(`${publicUrl}/console${hash}`);
  };
  return {
    ...{ profile, page, complaints, open },
    async signIn(who, hash) {
      await open(hash);
      await page.locator('.outside button.main').click();
      await page.locator('input[name=name]').fill(operators[who]);
      await page.locator('input[name=password]').fill(password);
      await page.locator('button[type=submit]').click();
      await page.waitForURL(/\/console(#|$)/);
    },
    async show(hash) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.locator('main h1').waitFor();
      await page.locator('main .bones').waitFor({ state: 'detached' });
    },
  };
}
