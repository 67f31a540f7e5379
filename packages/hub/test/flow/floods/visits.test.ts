// Visits of the identity provider by nobody in particular: what each leaves stored is small, short-lived and counted, by
// address and in all. Whoever has signed in before is not bound by what an address does.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertRetry } from '@carillon/testing/hub/assert-error.ts';
import {
  type Answered,
  password,
  startHub,
  type TestHub,
  until,
  userNames,
} from '@carillon/testing/hub/hub.ts';
import { openBrowser, tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { graceMs } from '../../../src/auth/provider/grants/sweep.ts';
import type { GrantRecord } from '../../../src/store/registry.ts';

/** What SQLite lets its log grow to. */
const logBytes = 5 * 1024 * 1024;
const tenMinutesMs = 600_000;
const allVisits = 5000;
const visitBytes = 4096;
const visitsAtOnce = 600;
/** As many as wait for PostgreSQL without being refused, also on a busy machine. */
const filledAtOnce = 20;

interface Visit {
  readonly path?: string;
  readonly state?: string;
  readonly from?: string;
}

/** As a browser that was never here begins to sign in. */
function visit(
  hub: TestHub,
  { path = '/identity/authorize', state = 'x', from }: Visit = {},
): Promise<Answered> {
  const query = new URLSearchParams({
    client_id: 'app-a-phone',
    response_type: 'code',
    redirect_uri: 'http://localhost/in',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    post_logout_redirect_uri: 'http://localhost/in',
    state,
  });
  const headers = { accept: 'text/html', ...(from === undefined ? {} : { 'x-forwarded-for': from }) };
  return hub.request('GET', `${path}?${query}`, { headers });
}

/** So many visits, some of them at once; answers how often each status came. */
async function flood(count: number, ask: (nth: number) => Promise<Answered>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const { status, headers } = await ask(next++);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 400) assertRetry(headers, status === 429 ? 600 : null);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return statuses;
}

function visitRecord(id: string, expiresAt: number): GrantRecord {
  const none = { grantId: null, uid: null, userCode: null, account: null };
  return { model: 'Interaction', id, payload: { kind: 'Interaction' }, expiresAt, ...none };
}

/** Visits of others that are stored already. */
async function fill({ registry, clock }: TestHub, count: number): Promise<void> {
  const expiresAt = clock.now() + tenMinutesMs - graceMs;
  for (let first = 0; first < count; first += filledAtOnce)
    await Promise.all(
      Array.from({ length: Math.min(filledAtOnce, count - first) }, (_, nth) =>
        registry.grants.put(visitRecord(`visit ${first + nth}`, expiresAt)),
      ),
    );
}

/** Of the registry with its log. */
function bytesOf({ dataDir }: TestHub): number {
  const files = readdirSync(dataDir).filter((name) => name.startsWith('registry.db'));
  return files.reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0);
}

/** Whether no visit is stored. */
const isEmpty = ({ registry }: TestHub): Promise<boolean> =>
  registry.grants.putFew(visitRecord('probe', 0), 1);

describe('visits that nobody signs in by', () => {
  test('six thousand from one address: others are answered, few are kept, and the file is small again', async (context) => {
    const clock = new ManualClock();
    const folder = tempFolder();
    context.after(folder.remove);
    await using hub = await startHub({ clock, store: 'sqlite', dataDir: folder.path });
    assert.equal((await visit(hub)).status, 303);
    const before = bytesOf(hub);
    const state = 'x'.repeat(2500);
    const visits = flood(6000, () => visit(hub, { state }));
    for (let each = 0; each < 20; each++) assert.equal((await hub.request('GET', '/healthz')).status, 200);
    const statuses = await visits;
    assert.equal(statuses.get(303), visitsAtOnce - 1);
    assert.equal(statuses.get(429), 6000 - visitsAtOnce + 1);
    const kept = bytesOf(hub);
    assert.ok(kept < before + logBytes + 2 * visitsAtOnce * visitBytes, `${kept} bytes`);
    clock.advance(tenMinutesMs + 1);
    await until(() => isEmpty(hub), 'nothing is left of them');
    assert.equal((await visit(hub)).status, 303);
    await hub.close();
    assert.ok(bytesOf(hub) < before, `${bytesOf(hub)} bytes, where ${before} were before`);
  });

  for (const [path, store] of [
    ['/identity/authorize', 'sqlite'],
    ['/identity/authorize', 'postgres'],
    ['/identity/oauth2/v2.0/authorize', 'sqlite'],
    ['/identity/sign-out', 'sqlite'],
  ] as const) {
    test(`GET ${path} is 503 beyond five thousand that are stored in ${store}, and answers again when they have ended`, async () => {
      const clock = new ManualClock();
      await using hub = await startHub({ clock, store, settings: { 'trusted-proxy': ['127.0.0.0/8'] } });
      await fill(hub, allVisits - 2);
      const statuses = await flood(40, (nth) => visit(hub, { path, from: `2001:db8:0:${nth}::1` }));
      assert.ok((statuses.get(503) ?? 0) >= 30, JSON.stringify([...statuses]));
      const { headers, text } = await visit(hub, { path, from: '192.0.2.1' });
      assert.match(String(headers['content-type']), /^text\/html/);
      assert.match(text, /Too many people are signing in/);
      assert.equal((await hub.request('GET', '/readyz')).status, 200);
      clock.advance(tenMinutesMs + 1);
      assert.equal((await visit(hub, { path, from: '192.0.2.1' })).status, path.endsWith('out') ? 200 : 303);
    });
  }

  for (const path of ['/identity/authorize', '/identity/oauth2/v2.0/authorize', '/identity/sign-out'])
    test(`GET ${path} keeps at most 4 KiB`, async () => {
      await using hub = await startHub();
      assert.ok((await visit(hub, { path, state: 'x'.repeat(2500) })).status < 400);
      const { status, headers, text } = await visit(hub, { path, state: 'x'.repeat(4096) });
      assert.equal(status, 503);
      assertRetry(headers, null);
      assert.match(text, /larger than what the hub keeps of it/);
    });

  test('an address is an IPv4 address or a /64, and another one is not bound by it', async () => {
    await using hub = await startHub({ settings: { 'trusted-proxy': ['127.0.0.0/8'] } });
    const own = await flood(visitsAtOnce + 50, (nth) =>
      visit(hub, { from: `2001:db8::${nth.toString(16)}` }),
    );
    assert.ok((own.get(429) ?? 0) > 0);
    assert.equal((await visit(hub, { from: '2001:db8:0:1::1' })).status, 303);
    assert.equal((await visit(hub, { from: '192.0.2.1' })).status, 303);
  });

  test('a browser in which somebody has signed in before is not bound by its address', async () => {
    await using hub = await startHub();
    const browse = openBrowser();
    const signIn = async (): Promise<Response> => {
      const { headers } = await browse(`${hub.baseUrl}${authorizePath(hub)}`);
      const page = headers.get('location') ?? '';
      const body = new URLSearchParams({ name: userNames.alice, password });
      return browse(page, { method: 'POST', body });
    };
    assert.equal((await signIn()).status, 303);
    await flood(visitsAtOnce + 50, () => visit(hub));
    assert.equal((await visit(hub)).status, 429);
    assert.equal((await signIn()).status, 303);
  });
});

function authorizePath({ baseUrl }: TestHub): string {
  const query = new URLSearchParams({
    client_id: 'carillon-inbox',
    response_type: 'code',
    redirect_uri: `${baseUrl}/inbox`,
    scope: 'openid',
    prompt: 'login',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return `/identity/authorize?${query}`;
}
