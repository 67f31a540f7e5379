// The inbox page as the hub serves it, and what nobody gets by asking for its files.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { sendRaw, startHub } from '@carillon/testing/hub/hub.ts';
import { startIssuer } from '@carillon/testing/hub/issuer.ts';
import { buildEmbed } from '../../../../../tools/pack/embed.ts';
import { buildPage } from '../../../../web/build.ts';

await buildPage({ always: false });
const hub = await startHub();
after(() => hub.close());
const html = (await hub.request('GET', '/inbox')).text;
const [scriptPath = ''] = /inbox\/assets\/[\w-]+\.js/.exec(html) ?? [];

suite('the built page', () => {
  test('is at /inbox, revalidated each time, under a policy that allows its own files alone', async () => {
    const { status, headers } = await hub.request('GET', '/inbox');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-cache');
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(rule), policy);
    // Pictures alone come from elsewhere.
    assert.doesNotMatch(policy.replace(/img-src [^;]+;/, ''), /unsafe|\*|https:/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['service-worker-allowed'], '/inbox');
  });

  test('has no script or style in its HTML', () => {
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  });

  test('links only to what is there', async () => {
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => `/${path}`);
    assert.ok(links.length >= 4);
    for (const path of links) assert.equal((await hub.request('GET', path)).status, 200, path);
  });

  test('has hashed files that never change, in the encoding that the client takes', async () => {
    const get = (encoding: string) =>
      fetch(`${hub.baseUrl}/${scriptPath}`, { headers: { 'accept-encoding': encoding } });
    for (const encoding of ['br', 'gzip', 'identity']) {
      const response = await get(encoding);
      // One that is not read keeps its connection, and that the hub.
      await response.arrayBuffer();
      const { headers } = response;
      assert.equal(headers.get('content-encoding'), encoding === 'identity' ? null : encoding);
      assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
      assert.equal(headers.get('vary'), 'Accept-Encoding');
      assert.equal(headers.get('content-type'), 'text/javascript; charset=utf-8');
    }
  });

  test('is also one file for pages of other origins, classic and as a module, and no part of what works offline', async () => {
    for (const { name, text } of await buildEmbed()) {
      const answer = await hub.request('GET', `/inbox/${name}`);
      assert.deepEqual([answer.status, answer.text], [200, text]);
      assert.equal(answer.headers['content-type'], 'text/javascript; charset=utf-8');
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.equal(answer.headers['cross-origin-resource-policy'], 'cross-origin');
      assert.equal(answer.headers['cache-control'], 'no-cache');
    }
    const worker = await hub.request('GET', '/inbox/service-worker.js');
    assert.doesNotMatch(worker.text, /embed\.m?js/);
  });

  test('is not sent again to who has it', async () => {
    const { headers } = await hub.request('GET', '/inbox');
    const again = await hub.request('GET', '/inbox', { headers: { 'if-none-match': String(headers.etag) } });
    assert.deepEqual([again.status, again.text], [304, '']);
  });

  test('is reached from / and from /inbox/, whose relative links would lead elsewhere', async () => {
    for (const path of ['/', '/inbox/']) {
      const { status, headers } = await hub.request('GET', path);
      assert.deepEqual([status, headers.location], [302, '/inbox'], path);
    }
  });
});

suite('nothing outside of the page is served', () => {
  const paths = [
    '/inbox/../package.json',
    '/inbox/..%2fpackage.json',
    '/inbox/%2e%2e/package.json',
    '/inbox/assets/../../package.json',
    '/inbox/assets/..%2f..%2fpackage.json',
    '/inbox/..%5c..%5cpackage.json',
    '/inbox//etc/passwd',
    '/inbox/%2fetc%2fpasswd',
    '/inbox/.stamp',
    `/${scriptPath}.br`,
    '/inbox/assets',
    '/inbox/assets/',
    '/inbox/index.html%00.js',
    '/inbox/__proto__',
    '/inbox/constructor',
  ];
  for (const path of paths) {
    test(path, async () => {
      const said = await sendRaw(
        hub.baseUrl,
        `GET ${path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n`,
      );
      assert.match(said, /^HTTP\/1\.1 40[04] /);
      assert.doesNotMatch(said, /"license"|root:/);
    });
  }
});

test('the page is told where its users sign in', async () => {
  const { json, headers } = await hub.request('GET', '/inbox/config.json');
  assert.equal(headers['cache-control'], 'no-store');
  assert.deepEqual(
    { ...json, version: '' },
    {
      publicUrl: hub.baseUrl,
      issuer: `${hub.baseUrl}/identity`,
      passwordUrl: `${hub.baseUrl}/identity/change-password`,
      clientId: 'carillon-inbox',
      scope: 'openid profile offline_access Notifications.ReadWrite',
      targetHostName: '127.0.0.1',
      demoHostName: null,
      dev: false,
      version: '',
    },
  );
});

test('pictures of other sites are allowed over https, and the operator turns them off', async () => {
  const sources = /img-src ([^;]+);/;
  const { headers } = await hub.request('GET', '/inbox');
  assert.equal(sources.exec(String(headers['content-security-policy']))?.[1], "'self' data: https:");
  await using without = await startHub({ settings: { 'inbox-no-pictures': true } });
  const page = await without.request('GET', '/inbox');
  assert.equal(sources.exec(String(page.headers['content-security-policy']))?.[1], "'self' data:");
  assert.equal((await without.request('GET', '/inbox/config.json')).json.pictures, false);
});

suite('with an issuer of the operator', () => {
  test('the page is told the client that the operator named, and may call that issuer', async () => {
    const issuer = await startIssuer();
    const settings = {
      issuer: issuer.url,
      'inbox-client-id': 'page-client',
      'inbox-scope': 'openid api://hub/all',
    };
    await using other = await startHub({ settings });
    const { json } = await other.request('GET', '/inbox/config.json');
    assert.deepEqual(
      [json.issuer, json.clientId, json.scope],
      [issuer.url, 'page-client', 'openid api://hub/all'],
    );
    const { headers } = await other.request('GET', '/inbox');
    assert.ok(String(headers['content-security-policy']).includes(`connect-src 'self' `));
    assert.ok(String(headers['content-security-policy']).includes(new URL(issuer.url).origin));
    await issuer.close();
  });

  test('the page is told that the operator named none', async () => {
    const issuer = await startIssuer();
    await using other = await startHub({ settings: { issuer: issuer.url } });
    assert.equal((await other.request('GET', '/inbox/config.json')).json.clientId, null);
    await issuer.close();
  });
});

test('a client that is registered under the name of the inbox is refused', async () => {
  const client = {
    clientId: 'carillon-inbox',
    public: true,
    secretHash: null,
    redirectUris: ['http://evil.example'],
  };
  const app = { id: 'evil', hosts: [], blocked: false, clients: [client] };
  await assert.rejects(hub.registry.apps.put(app), /the hub's own/);
  assert.deepEqual(hub.registry.apps.findByClient('carillon-inbox')?.id, 'carillon-inbox');
  assert.ok(!hub.registry.apps.list().some(({ id }) => id === 'carillon-inbox'));
});
