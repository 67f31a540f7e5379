// A page with the service worker of a signed-in user in real Chromium: pushes arrive by the DevTools protocol, since tests
// reach no vendor's push service. Headless Chromium has no surface to click, so clicks and closings are dispatched to the
// worker as the events that the browser would send.

import { until } from '@carillon/testing/hub/hub.ts';
import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core';
import type { TestSite } from './site.ts';

interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly data: { readonly carillon?: { readonly contentVersion: number | null; readonly url: string } };
}

export interface PushPage {
  readonly page: Page;
  readonly worker: Worker;
  /** Resolves when the worker is done with it. */
  push(content: unknown): Promise<void>;
  /** What the worker does not take, so that nothing tells when it is over. */
  pushForeign(content: unknown): Promise<void>;
  shown(): Promise<readonly ShownNotification[]>;
  /** Waits until exactly these titles are on the screen, in any order. */
  shows(...titles: string[]): Promise<void>;
  click(tag: string, action?: string): Promise<void>;
  closeByUser(tag: string): Promise<void>;
  /** Registers the worker of somebody else in the same place, as a sign-in does. */
  replaceWorker(settings: { readonly token: string }): Promise<void>;
  /** What Background Sync does when there is a network again. */
  backgroundSync(): Promise<void>;
}

export interface PushPageOptions {
  readonly profile: BrowserContext;
  readonly site: TestSite;
  readonly hubUrl: string;
  /** Empty: nobody is signed in. */
  readonly token: string;
  /** The page. Default: one that does nothing. */
  readonly path?: string;
  /** The worker's script. Default: one that serves notifications. */
  readonly worker?: string;
}

export async function openPushPage(options: PushPageOptions): Promise<PushPage> {
  const { profile, site, hubUrl, token, path = '/blank.html', worker: script = '/worker.js' } = options;
  const page = await profile.newPage();
  const query = new URLSearchParams({ classic: '', hub: hubUrl, token });
  await page.goto(`${site.origin}${path}?${query}`);
  const starting = profile.waitForEvent('serviceworker');
  await page.evaluate(async (url) => {
    await navigator.serviceWorker.register(url, { scope: '/' });
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state !== 'activated')
      await new Promise((resolve) => active?.addEventListener('statechange', resolve));
  }, `${script}?${query}`);
  const worker = await starting;
  const protocol = await profile.newCDPSession(page);
  const registrationId = await findRegistration(protocol);
  const { origin } = site;
  // With no page of the site open, only the worker can look.
  const shown = () => (page.url() === 'about:blank' ? worker.evaluate(readShown) : page.evaluate(readShown));
  const dispatch =
    (type: string) =>
    (tag: string, action = '') =>
      worker.evaluate(dispatchEvent, { type, tag, action });
  const deliver = async (content: unknown) => {
    const data = JSON.stringify(content);
    await protocol.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
  };
  return {
    page,
    worker,
    pushForeign: deliver,
    push: async (content) => {
      const current = profile.serviceWorkers().at(-1) ?? worker;
      const before = await current.evaluate(countHandled);
      await deliver(content);
      if (before === null) return;
      await until(async () => ((await current.evaluate(countHandled)) ?? 0) > before, 'the push', 30_000);
    },
    shown,
    shows: async (...titles) => {
      const wanted = titles.toSorted().join();
      let seen = '';
      const isSo = async () => {
        seen = (await shown())
          .map(({ title }) => title)
          .toSorted()
          .join();
        return seen === wanted;
      };
      // bound: a browser on a busy machine; what never shows fails with what is shown instead
      await until(isSo, `showing ${wanted}`, 30_000).catch(() => {
        throw new Error(`shown is «${seen}», not «${wanted}»`);
      });
    },
    click: dispatch('notificationclick'),
    closeByUser: dispatch('notificationclose'),
    replaceWorker: async ({ token }) => {
      const query = new URLSearchParams({ classic: '', hub: hubUrl, token });
      await page.evaluate(replace, `/worker.js?${query}`);
    },
    backgroundSync: async () => {
      const sync = { origin, registrationId, tag: 'carillon', lastChance: false };
      await protocol.send('ServiceWorker.dispatchSyncEvent', sync);
    },
  };
}

/** Null in a worker that doesn't count. */
function countHandled(): number | null {
  return (globalThis as { handledEvents?: number }).handledEvents ?? null;
}

async function replace(url: string): Promise<void> {
  const changed = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });
  await navigator.serviceWorker.register(url, { scope: '/' });
  await changed;
}

async function findRegistration(protocol: CDPSession): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  protocol.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
    if (first) resolve(first.registrationId);
  });
  await protocol.send('ServiceWorker.enable');
  return promise;
}

async function readShown(): Promise<ShownNotification[]> {
  const own = (globalThis as { registration?: ServiceWorkerRegistration }).registration;
  const registration = own ?? (await navigator.serviceWorker.ready);
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}

/** In the worker. A person's closing takes it off the screen before the event. */
async function dispatchEvent(wanted: { type: string; tag: string; action: string }): Promise<void> {
  const scope = self as unknown as {
    registration: ServiceWorkerRegistration;
    NotificationEvent: new (type: string, init: object) => Event;
  };
  const [notification] = await scope.registration.getNotifications({ tag: wanted.tag });
  if (!notification) throw new Error(`nothing is shown under ${wanted.tag}`);
  if (wanted.type === 'notificationclose') notification.close();
  self.dispatchEvent(new scope.NotificationEvent(wanted.type, { notification, action: wanted.action }));
}
