// A hub that reaches the world only through a proxy (Squid): pushes over HTTP/1.1 and HTTP/2, the keys of issuers, and
// documents that prove a host. An address that the hub can tell to be private is refused before the proxy is asked.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { startTransport } from '@carillon/testing/hub/transport.ts';
import { startForwardProxy } from '@carillon/testing/machine/forward-proxy.ts';
import { answer, listen, serveHttp1, serveHttp2 } from '@carillon/testing/machine/http-servers.ts';
import { openResetProxy, resets } from '@carillon/testing/machine/reset-proxy.ts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { openIssuers } from '../../../src/auth/issuers.ts';
import { makeCertificate } from '../../../src/lib/certificate.ts';
import { openFetch } from '../../../src/lib/outbound/fetch.ts';
import { readProxies } from '../../../src/lib/outbound/proxy.ts';
import { getOnce, openHostVerifier } from '../../../src/operations/admin/hosts/host-verifier.ts';

const host = 'world.example';
const certificate = await makeTls();
const proxy = await startForwardProxy({ names: [host] });
after(() => proxy[Symbol.asyncDispose]());
const findProxy = readProxies({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: 'direct.example' });

/** A certificate for the name that only the proxy can resolve. */
async function makeTls() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const cert = await makeCertificate({
    ...{
      commonName: host,
      key: privateKey,
      hosts: [host, 'localhost'],
      notBefore: now - 60_000,
      notAfter: now + 3_600_000,
    },
    issuer: { commonName: host, key: privateKey },
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), cert]);
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert, ca: cert };
}

const nobody: Parameters<typeof startTransport>[0] = {
  // A machine without DNS for the world.
  lookup: (name, _options, callback) =>
    callback(Object.assign(new Error(`no address of ${name}`), { code: 'ENOTFOUND' }), []),
};
const open = (more: Parameters<typeof startTransport>[0] = {}) =>
  startTransport({ extraCa: certificate.ca, findProxy, ...nobody, ...more });

test('pushes go over HTTP/2 and HTTP/1.1 through the proxy, and many share a tunnel', async () => {
  await using second = await serveHttp2((stream) => answer(stream), { tls: certificate });
  await using first = await serveHttp1((request, response) => {
    request.resume().on('end', () => response.writeHead(201).end());
  }, certificate);
  await using plain = await serveHttp1((request, response) => {
    request.resume().on('end', () => response.writeHead(202).end());
  });
  {
    await using transport = open();
    const post = (port: number, http2Only: boolean, scheme = 'https') =>
      transport.post(`${scheme}://${host}:${port}/x`, { http2Only, trusted: false });
    const sent = await Promise.all([1, 2, 3, 4, 5].map(() => post(second.port, true)));
    for (const outcome of sent)
      assert.deepEqual('status' in outcome && outcome.status, 201, JSON.stringify(outcome));
    const over1 = await post(first.port, false);
    assert.equal('status' in over1 && over1.status, 201, JSON.stringify(over1));
    const gateway = await transport.post(`http://${host}:${plain.port}/x`);
    assert.equal('status' in gateway && gateway.status, 202, JSON.stringify(gateway));
  }
  assert.ok(second.connections <= 2);
});

test('the guard refuses what it can tell to be private, and never asks the proxy for it', async () => {
  await using server = await serveHttp1((_request, response) => response.writeHead(201).end(), certificate);
  const before = proxy.tunnels().length;
  await using inside = open({
    lookup: (_n, _o, callback) => callback(null, [{ address: '10.0.0.7', family: 4 }]),
  });
  for (const name of [host, '10.0.0.7', '[fd00::7]', '169.254.169.254']) {
    const outcome = await inside.post(`https://${name}:${server.port}/`, { trusted: false });
    assert.deepEqual('failure' in outcome && outcome.failure, 'forbidden', name);
  }
  // What an operator configured is exempt, as without a proxy.
  const trusted = await inside.post(`https://${host}:${server.port}/`);
  assert.equal('status' in trusted && trusted.status, 201, JSON.stringify(trusted));
  assert.equal(server.connections, 1);
  assert.ok(
    proxy
      .tunnels()
      .slice(before)
      .every((line) => line.includes(host)),
  );
});

test('a proxy that refuses, is away or wants a password is a failure with its own reason', async () => {
  await using strict = await startForwardProxy({ names: [host], password: true });
  await using server = await serveHttp1((_request, response) => response.writeHead(201).end(), certificate);
  const reason = async (environment: NodeJS.ProcessEnv) => {
    await using transport = open({ findProxy: readProxies(environment) });
    const outcome = await transport.post(`https://${host}:${server.port}/`);
    return 'failure' in outcome ? `${outcome.failure} ${outcome.reason}` : outcome.status;
  };
  assert.equal(await reason({ HTTPS_PROXY: strict.url }), 'connect PROXY_407');
  assert.equal(await reason({ HTTPS_PROXY: 'http://127.0.0.1:1' }), 'connect PROXY_ECONNREFUSED');
  assert.equal(await reason({ HTTPS_PROXY: `http://me:secret@127.0.0.1:${strict.port}` }), 201);
  // The connection to the proxy may have TLS of its own.
  const front = tls.createServer(certificate, (near) => {
    const far = connect(strict.port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const each of [near, far])
      each.on('error', () => {}).on('close', () => [near, far].map((one) => one.destroy()));
  });
  await using secure = await listen(front, 'https');
  assert.equal(await reason({ HTTPS_PROXY: `https://me:secret@localhost:${secure.port}` }), 201);
  // What NO_PROXY names is connected to directly, so that this machine must resolve it.
  assert.equal(await reason({ HTTPS_PROXY: strict.url, NO_PROXY: '.example' }), 'connect ENOTFOUND');
});

test('an issuer is discovered and its keys are fetched through the proxy', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const server = createServer(certificate, (request, response) => {
    const document = request.url === '/keys' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await using served = await listen(server, 'https');
  const url = `https://${host}:${served.port}`;
  const issuers = openIssuers({ own: null, remote: [url], fetch: openFetch(findProxy) });
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
  const [, payload = '', signature = ''] = token.split('.');
  const found = await issuers.keys(url)({ alg: 'ES256', kid: 'one' }, { payload, signature });
  assert.ok(found);
  assert.ok(served.connections >= 1);
});

test('a document that proves a host is read through the proxy, unless this machine sees the host inside', async () => {
  const server = createServer(certificate, (_request, response) => response.end('value'));
  await using served = await listen(server, 'https');
  const none = async () => {
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  };
  const claimed = `${host}:${served.port}`;
  const verifier = openHostVerifier({ allowPrivate: false, findProxy, resolveTxt: none, resolve: none });
  assert.equal((await verifier.verify(claimed, 'value')).by, 'wellKnown');
  const inside = openHostVerifier({
    ...{ allowPrivate: false, findProxy, resolveTxt: none, resolve: async () => ['10.0.0.7'] },
  });
  await assert.rejects(inside.verify(claimed, 'value'), /private network/);
  assert.equal(served.connections, 1);
});

test('a connection to the proxy that is reset after any byte ends nothing but what goes through it', async () => {
  await using second = await serveHttp2((stream) => answer(stream), { tls: certificate });
  await using first = await serveHttp1((_request, response) => response.end('{}'), certificate);
  await using resetting = await openResetProxy(proxy.port);
  const through = readProxies({ HTTPS_PROXY: `http://127.0.0.1:${resetting.port}` });
  await using transport = open({ findProxy: through });
  const get = openFetch(through);
  const url = `https://${host}:${first.port}/`;
  const failed = (error: unknown): void => assert.ok(error instanceof Error);
  for (const reset of resets(6000)) {
    resetting.resetAfter = reset;
    resetting.reset();
    await Promise.all([
      transport.post(`https://${host}:${second.port}/`, { http2Only: true }),
      transport.post(url),
      get(url).catch(failed),
      getOnce(url, () => assert.fail('it looks up nothing'), through).catch(failed),
    ]);
  }
  resetting.resetAfter = null;
  assert.equal((await getOnce(url, () => assert.fail('it looks up nothing'), through)).status, 200);
});
