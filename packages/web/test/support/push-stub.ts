// A push service for a browser that reaches none: what `PushManager` answers as if the browser had registered with it. It
// lasts as long as the tab, reloads included.
import type { BrowserContext } from 'playwright-core';

export interface StubbedSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export function stubPush(profile: BrowserContext, stubbed: StubbedSubscription): Promise<unknown> {
  return profile.addInitScript(({ endpoint, keys }) => {
    const name = 'stubbed push';
    const subscription = {
      toJSON: () => ({ endpoint, keys }),
      options: { applicationServerKey: null },
      async unsubscribe() {
        sessionStorage.removeItem(name);
        return true;
      },
    } as unknown as PushSubscription;
    PushManager.prototype.getSubscription = async () =>
      sessionStorage.getItem(name) === null ? null : subscription;
    PushManager.prototype.subscribe = async () => {
      sessionStorage.setItem(name, endpoint);
      return subscription;
    };
  }, stubbed);
}
