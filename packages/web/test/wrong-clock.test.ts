// The page on devices whose clocks are two hours off: a person signs in and stays so, and every time that the page stores is the
// hub's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { systemClock } from '../../hub/src/lib/clock.ts';
import { openPlace } from './support/person.ts';

const { person } = await openPlace();
const hourMs = 3_600_000;

/** What the page's worker begins with. */
function readKept(page: Page) {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await settled(indexedDB.open('carillon-page'));
    const store = database.transaction('kept').objectStore('kept');
    const { expiresAt }: { expiresAt: number } = await settled(store.get('signed'));
    const offsetMs: number = await settled(store.get('clockOffset'));
    database.close();
    return { expiresAt, offsetMs };
  });
}

for (const [name, ms] of [
  ['ahead', 2 * hourMs],
  ['behind', -2 * hourMs],
] as const)
  test(`a person signs in and stays signed in where the clock is two hours ${name}`, async () => {
    const alice = await person();
    const { page, profile } = alice;
    await profile.addInitScript((byMs: number) => {
      const { now } = Date;
      Date.now = () => now() + byMs;
    }, ms);
    await alice.signIn('alice');
    const { expiresAt, offsetMs } = await readKept(page);
    assert.ok(Math.abs(offsetMs + ms) < 0.5 * hourMs, `the worker begins with ${offsetMs} ms`);
    const leftMs = expiresAt - systemClock.now();
    assert.ok(leftMs > 0.5 * hourMs && leftMs < 1.5 * hourMs, `the token is good for ${leftMs} ms`);
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await page.reload();
    await page.getByRole('button', { name: /^Account/ }).waitFor();
    await page.locator('carillon-devices li strong').first().waitFor();
    assert.deepEqual(
      asked.filter((path) => path === '/identity/token'),
      [],
    );
    assert.deepEqual(alice.complaints, []);
  });
