// What the browser tests of the service worker share: a hub, a site and a browser for a file, a fresh profile for each
// test, and Alice's notifications.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { MutePost } from '@carillon/protocol';
import { type Answered, post, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { startChromium } from '@carillon/testing/machine/chromium.ts';
import type { BrowserContext } from 'playwright-core';
import { openPushPage, type PushPage, type PushPageOptions } from './push-page.ts';
import { serveSite, type TestSite } from './site.ts';

export const feedPath = '/v1.0/me/notifications';

export interface PushTests extends AsyncDisposable {
  readonly hub: TestHub;
  readonly site: TestSite;
  /** Alice's. */
  readonly token: string;
  /** In a profile of its own. */
  open(more?: Partial<PushPageOptions>): Promise<PushPage>;
  /** Ends the profiles of a test. */
  closeProfiles(): Promise<void>;
  /** Posts a visual notification for Alice and answers its id. */
  send(title: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  read(id: string): Promise<any>;
  /** Sets what she has muted, on another device. */
  mute(...mutes: readonly MutePost[]): Promise<void>;
  /** What another device of hers does. */
  patch(id: string, body: object): Promise<Answered>;
}

export async function startPushTests(): Promise<PushTests> {
  const hub = await startHub({ settings: { 'allow-private-push': true } });
  const token = hub.token({ user: 'alice' });
  const site = await serveSite(join(import.meta.dirname, '..', 'pages'));
  const chromium = await startChromium();
  const profiles: BrowserContext[] = [];
  return {
    ...{ hub, site, token },
    async open(more = {}) {
      const profile = await chromium.openProfile({ notificationsFor: site.origin });
      profiles.push(profile);
      return openPushPage({ profile, site, hubUrl: hub.baseUrl, token, ...more });
    },
    async closeProfiles() {
      for (const profile of profiles.splice(0)) await profile.close();
    },
    async send(title, more = {}) {
      const body = post({ payload: { visualContent: { title, body: `${title}?` } }, ...more });
      return (await hub.request('POST', feedPath, { token, body })).json.id;
    },
    read: async (id) => (await hub.request('GET', `${feedPath}/${id}`, { token })).json,
    async mute(...mutes) {
      const set = await hub.request('PATCH', '/v1.0/me/notificationPreferences', { token, body: { mutes } });
      assert.equal(set.status, 200, set.text);
    },
    patch: (id, body) => hub.request('PATCH', `${feedPath}/${id}`, { token, body }),
    async [Symbol.asyncDispose]() {
      await chromium[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
      await hub.close();
    },
  };
}

export const visualPush = (notificationId: string, title: string, more: object = {}) => ({
  ...{ v: 1, kind: 'visual', notificationId, title, body: `${title}?`, tag: notificationId, unreadCount: 1 },
  ...more,
});

export const tapPush = (notificationId: string, more: object = {}) => ({
  ...{ v: 1, kind: 'tap', notificationId, unreadCount: 1 },
  ...more,
});
