// Pictures of other sites through the hub: only those of a notification or an app that the caller may see, from a real server
// over TLS, asked for once, and with nothing in the answer that a browser would run.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { allScope, post, startHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { makeTls, serveHttp1 } from '@carillon/testing/machine/http-servers.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const png = Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1');
const tls = await makeTls();
const folder = tempFolder();
after(() => folder.remove());
const caPath = join(folder.path, 'ca.pem');
writeFileSync(caPath, tls.ca);

let asked: string[] = [];
const held: ServerResponse[] = [];
const site = await serveHttp1((request, response) => {
  asked.push(request.url ?? '');
  if (request.url?.startsWith('/held')) held.push(response);
  else if (request.url?.startsWith('/page')) response.setHeader('content-type', 'image/png').end('<html>');
  else response.setHeader('content-type', 'text/html').setHeader('set-cookie', 'a=b').end(png);
}, tls);
after(() => site[Symbol.asyncDispose]());

const clock = new ManualClock();
const settings = { 'inbox-proxy-pictures': true, 'allow-private-push': true, 'push-ca': caPath };
const hub = await startHub({ clock, settings });
after(() => hub.close());
beforeEach(() => {
  asked = [];
});

const feed = '/v1.0/me/notifications';
const alice = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });

async function postPicture(path: string, more: object = {}): Promise<string> {
  const visualContent = { title: 'Look', imageUrl: `${site.url}${path}`, ...more };
  const { json, text } = await hub.request('POST', feed, {
    token: alice,
    body: post({ payload: { visualContent } }),
  });
  assert.ok(json.id, text);
  return json.id;
}

const read = (id: string, { member = 'imageUrl', token = alice } = {}) =>
  hub.request('GET', `${feed}/${id}/pictures/${member}`, { token });

describe('a picture of a notification', () => {
  test('comes through the hub to who may see the notification, once from its site', async () => {
    const id = await postPicture('/one', { iconUrl: `${site.url}/icon` });
    const [first, beside] = await Promise.all([read(id), read(id)]);
    for (const { status, text, headers } of [
      first,
      beside,
      await read(id),
      await read(id, {
        token: hub.token({ user: 'alice', app: 'app-b', scopes: [allScope], lifetimeSeconds: 1_000_000 }),
      }),
    ]) {
      assert.deepEqual([status, text], [200, png.toString()]);
      assert.equal(headers['content-type'], 'image/png');
      assert.equal(headers['content-length'], String(png.length));
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox");
      assert.equal(headers['cache-control'], 'private, max-age=3600');
      assert.equal(headers['set-cookie'], undefined);
    }
    assert.deepEqual(asked, ['/one']);
    assert.equal((await read(id, { member: 'iconUrl' })).status, 200);
    clock.advance(3_600_001);
    assert.equal((await read(id)).status, 200);
    assert.deepEqual(asked, ['/one', '/icon', '/one'], 'after an hour it is asked for again');
  });

  test('is nobody else’s, and no address but that of the notification is asked', async () => {
    const id = await postPicture('/private');
    const foreign = [
      hub.token({ user: 'bob', lifetimeSeconds: 1_000_000 }),
      hub.token({ user: 'alice', app: 'app-b', lifetimeSeconds: 1_000_000 }),
    ];
    for (const token of foreign) assertError(await read(id, { token }), { status: 404 });
    assertError(await hub.request('GET', `${feed}/${id}/pictures/imageUrl`), { status: 401 });
    assertError(await read(id, { token: hub.token({ lifetimeSeconds: 1_000_000 }) }), { status: 403 });
    for (const member of [
      'iconUrl',
      'url',
      'title',
      '__proto__',
      'imageurl',
      encodeURIComponent(`${site.url}/x`),
    ])
      assertError(await read(id, { member }), { status: 404 });
    for (const other of ['nonsense', '00000000-0000-7000-8000-000000000000'])
      assertError(await read(other), { status: 404 });
    const url = encodeURIComponent(`${site.url}/x`);
    assertError(await hub.request('GET', `${feed}/${id}/pictures/imageUrl?url=${url}`, { token: alice }), {
      status: 400,
    });
    await hub.request('DELETE', `${feed}/${id}`, { token: alice });
    assertError(await read(id), { status: 404 });
    assert.deepEqual(asked, []);
  });

  test('that is no picture, or of a site that is away, is not there, and is not asked for all the time', async () => {
    const page = await postPicture('/page');
    const away = await postPicture('', { imageUrl: 'https://localhost:1/away' });
    for (const id of [page, page, away]) assertError(await read(id), { status: 404, code: 'itemNotFound' });
    assert.deepEqual(asked, ['/page']);
    clock.advance(60_001);
    assertError(await read(page), { status: 404 });
    assert.deepEqual(asked, ['/page', '/page']);
  });

  test('that its site does not give holds up a bounded number of others, and none of the caller’s reads', async () => {
    const ids = await Promise.all(Array.from({ length: 33 }, (_, at) => postPicture(`/held/${at}`)));
    const reads = ids.map((id) => read(id));
    const refused = await Promise.race(reads);
    assertError(refused, { status: 429, code: 'TooManyRequests' });
    assert.equal((await hub.request('GET', feed, { token: alice })).status, 200);
    await until(() => held.length === 16);
    const end = (): void => {
      for (const response of held.splice(0)) response.end(png);
    };
    await until(() => {
      end();
      return asked.length === 32;
    });
    end();
    const statuses = (await Promise.all(reads)).map(({ status }) => status);
    assert.deepEqual([statuses.filter((each) => each === 200).length, asked.length], [32, 32]);
  });
});

test('the icon of an app comes to whom the app is listed', async () => {
  const { apps } = hub.registry;
  const app = apps.findById('app-a');
  assert.ok(app);
  await apps.put({ ...app, iconUrl: `${site.url}/app` });
  const icon = (token: string, id = 'app-a') =>
    hub.request('GET', `/v1.0/me/notificationApps/${id}/icon`, { token });
  assert.equal((await icon(alice)).headers['content-type'], 'image/png');
  const [all, other] = [[allScope], undefined].map((scopes) =>
    hub.token({ user: 'bob', app: 'app-b', scopes, lifetimeSeconds: 100_000_000 }),
  );
  assert.equal((await icon(all ?? '')).status, 200);
  assertError(await icon(other ?? ''), { status: 404 });
  for (const id of ['app-b', 'nobody']) assertError(await icon(alice, id), { status: 404 });
  assert.deepEqual(asked, ['/app']);
});

test('the page is told; otherwise the hub asks for none', async () => {
  const { json } = await hub.request('GET', '/inbox/config.json');
  assert.equal(json.pictures, 'proxied');
  const both = { 'inbox-proxy-pictures': true, 'inbox-no-pictures': true };
  await assert.rejects(startHub({ settings: both }), /inbox-proxy-pictures/);
  await using direct = await startHub({ settings: { 'allow-private-push': true, 'push-ca': caPath } });
  const token = direct.token({ user: 'alice' });
  const body = post({ payload: { visualContent: { title: 'Look', imageUrl: `${site.url}/direct` } } });
  const { json: made } = await direct.request('POST', feed, { token, body });
  assertError(await direct.request('GET', `${feed}/${made.id}/pictures/imageUrl`, { token }), {
    status: 404,
  });
  assert.deepEqual(asked, []);
  assert.equal((await direct.request('GET', '/inbox/config.json')).json.pictures, undefined);
});
