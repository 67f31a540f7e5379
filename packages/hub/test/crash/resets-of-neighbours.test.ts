// A network that resets connections to the neighbours of a hub after any byte, of theirs or of the hub's: NATS, push
// services, issuers. An error that nobody listens to would end this process, as it would end a hub. PostgreSQL's are in
// test/contract/postgres-servers.test.ts, those through an outbound proxy in test/flow/push/outbound-proxy.test.ts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { alice } from '@carillon/testing/feed/writes.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { startTransport } from '@carillon/testing/hub/transport.ts';
import {
  answer,
  makeTls,
  serveHttp1,
  serveHttp2,
  type TestServer,
  type TlsFiles,
} from '@carillon/testing/machine/http-servers.ts';
import { startNats } from '@carillon/testing/machine/nats.ts';
import { openResetProxy, type ResetProxy, resets } from '@carillon/testing/machine/reset-proxy.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { openIssuers } from '../../src/auth/issuers.ts';
import { openNatsBus } from '../../src/bus/nats/bus.ts';
import { connectTo } from '../../src/bus/nats/servers.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { random } from '../../src/lib/random.ts';
import { HubError } from '../../src/model/errors.ts';
import { getOnce } from '../../src/operations/admin/hosts/host-verifier.ts';
import type { PushRequest } from '../../src/push/channels/contract.ts';

const certificate = await makeTls();
tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate.ca]);

function behind({ url }: TestServer, { port }: ResetProxy): string {
  return url.replace(/\d+$/, String(port));
}

for (const scheme of ['nats', 'tls']) {
  test(`NATS over ${scheme}: a connection that is reset after any byte is opened again`, async (context) => {
    const secure = scheme === 'tls';
    await using nats = await startNats(secure ? tlsArguments(context) : []);
    await using proxy = await openResetProxy(nats.port);
    const left = resets(secure ? 5000 : 1000);
    const impatient: Clock = { ...systemClock, after: (_delayMs, call) => systemClock.after(0, call) };
    const failures: Error[] = [];
    const bus = openNatsBus({
      ...{ space: 'store', clock: impatient, random },
      connect() {
        proxy.resetAfter = left.pop() ?? null;
        return connectTo({ urls: [`${scheme}://localhost:${proxy.port}`], credentials: null }, 'a test');
      },
      log: { connected() {}, away() {}, refused: (error) => void failures.push(error) },
    });
    context.after(() => bus.close());
    bus.join(alice);
    await until(() => {
      if (!bus.connected) return false;
      if (left.length === 0) return true;
      bus.publishUse(Array.from({ length: 200 }, (_, index) => ({ key: `key ${index}`, tokens: 1 })));
      proxy.reset();
      return false;
    }, 'the connection');
    assert.deepEqual(failures, []);
  });
}

function tlsArguments(context: TestContext): string[] {
  const folder = tempFolder();
  context.after(folder.remove);
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  writeFileSync(cert, certificate.cert);
  writeFileSync(key, certificate.key);
  return ['--tls', '--tlscert', cert, '--tlskey', key];
}

const listener: Parameters<typeof serveHttp1>[0] = (request, response) =>
  void request.resume().on('end', () => response.writeHead(201).end('x'.repeat(3000)));
const over1 = (files?: TlsFiles) => serveHttp1(listener, files);
const over2 = (files?: TlsFiles) =>
  serveHttp2((stream) => answer(stream, 201, 'x'.repeat(3000)), files ? { tls: files } : {});

interface Service {
  readonly name: string;
  readonly start: (files?: TlsFiles) => Promise<TestServer>;
  readonly files?: TlsFiles;
  readonly request?: Partial<PushRequest>;
}

const services: readonly Service[] = [
  { name: 'HTTP/1.1', start: over1 },
  { name: 'HTTP/1.1 over TLS', start: over1, files: certificate },
  { name: 'HTTP/2 over TLS', start: over2, files: certificate },
  {
    name: 'HTTP/2 and nothing else, as APNs',
    start: over2,
    files: certificate,
    request: { http2Only: true },
  },
  { name: 'HTTP/2 without TLS', start: over2, request: { http2Only: true } },
];

for (const { name, start, files, request } of services) {
  test(`a push service over ${name}: a connection that is reset after any byte is an outcome`, async () => {
    await using server = await start(files);
    await using proxy = await openResetProxy(server.port);
    await using transport = startTransport({ extraCa: certificate.ca });
    const url = behind(server, proxy);
    const post = () => transport.post(url, { body: 'x'.repeat(2000), ...request });
    for (const reset of resets(6000)) {
      proxy.resetAfter = reset;
      proxy.reset();
      // The second meets the connection of the first, whatever became of it.
      await Promise.all([post().then(() => post()), post()]);
    }
    proxy.resetAfter = null;
    proxy.reset();
    await until(async () => {
      const outcome = await post();
      return 'status' in outcome && outcome.status === 201;
    }, 'an answer');
  });
}

for (const files of [null, certificate]) {
  test(`an issuer over ${files ? 'https' : 'http'}: a connection that is reset after any byte makes its tokens a matter of later`, async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }];
    let issuer = '';
    const documents: typeof listener = (request, response) => {
      const isKeys = request.url === '/keys';
      response.end(JSON.stringify(isKeys ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }));
    };
    await using server = await serveHttp1(documents, files ?? undefined);
    await using proxy = await openResetProxy(server.port);
    issuer = behind(server, proxy);
    const token = { payload: '', signature: '' };
    const find = async () =>
      openIssuers({ own: null, remote: [issuer] }).keys(issuer)({ alg: 'ES256', kid: 'one' }, token);
    for (const reset of resets(files ? 5000 : 1000)) {
      proxy.resetAfter = reset;
      proxy.reset();
      await find().catch((error: unknown) => assert.ok(error instanceof HubError, String(error)));
    }
    proxy.resetAfter = null;
    proxy.reset();
    const found = () =>
      find().then(
        () => true,
        () => false,
      );
    await until(found, 'the key');
  });
}

test('a document that proves a host: a connection that is reset after any byte is a failed attempt', async () => {
  await using server = await over1(certificate);
  await using proxy = await openResetProxy(server.port);
  const url = behind(server, proxy);
  const get = () =>
    getOnce(url, (_name, options, callback) =>
      options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    );
  for (const reset of resets(6000)) {
    proxy.resetAfter = reset;
    await get().catch((error: unknown) => assert.ok(error instanceof Error));
  }
  proxy.resetAfter = null;
  assert.equal((await get()).status, 201);
});
