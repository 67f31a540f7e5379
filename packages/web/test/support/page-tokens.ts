// The tokens of the inbox page: those that a page keeps in its browser, and such as the embedded provider gives it.

import { allScope, type TestHub, type TestUser } from '@carillon/testing/hub/hub.ts';
import type { Page } from 'playwright-core';
import { delegatedClaims } from '../../../hub/src/auth/provider/claims.ts';
import { openSigningKeys } from '../../../hub/src/auth/provider/keys.ts';

interface Kept {
  readonly accessToken: string;
}

export async function readToken(page: Page): Promise<string> {
  return (await changeTokens(page, {})).accessToken;
}

/** Puts these in place of what the page keeps, and answers what it kept. */
export function changeTokens(page: Page, change: Readonly<Record<string, unknown>>): Promise<Kept> {
  return page.evaluate(async (changed) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await settled(indexedDB.open('carillon-page'));
    const store = database.transaction('kept', 'readwrite').objectStore('kept');
    const kept = (await settled(store.get('signed'))) as Kept;
    if (Object.keys(changed).length > 0) await settled(store.put({ ...kept, ...changed }, 'signed'));
    database.close();
    return kept;
  }, change);
}

export async function inboxToken(hub: TestHub, user: TestUser, lifetimeSeconds = 3600): Promise<string> {
  const found = await hub.registry.users.findById(hub.userIds[user]);
  if (!found) throw new Error(`there is no ${user}`);
  const now = Math.floor(hub.clock.now() / 1000);
  const issued = { iss: `${hub.baseUrl}/identity`, aud: hub.baseUrl, iat: now, exp: now + lifetimeSeconds };
  const claims = delegatedClaims(found, 'carillon-inbox', [allScope]);
  const keys = await openSigningKeys(hub.registry);
  return keys.sign({ ...issued, ...claims });
}
