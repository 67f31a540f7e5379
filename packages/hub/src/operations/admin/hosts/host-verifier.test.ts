import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { makeCertificate } from '../../../lib/certificate.ts';
import { getOnce, type HostVerifierOptions, openHostVerifier } from './host-verifier.ts';

const host = 'app.contoso.example';

/** A world without DNS and without servers, except for what the test puts there. */
function verifier(world: Partial<HostVerifierOptions>) {
  const missing = async () => {
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  };
  return openHostVerifier({
    allowPrivate: false,
    resolveTxt: missing,
    resolve: missing,
    get: missing,
    ...world,
  });
}

test('a TXT record of exactly this value proves the name, in however many parts it came', async () => {
  const resolveTxt = async () => [['v=spf1 -all'], ['carillon-verification=', 'value']];
  assert.deepEqual(await verifier({ resolveTxt }).verify(host, 'value'), {
    by: 'dns',
    dns: 'found',
    wellKnown: 'not looked at',
  });
  const other = await verifier({ resolveTxt }).verify(host, 'another');
  assert.equal(other.by, null);
  assert.match(other.dns, /holds another value/);
  assert.match(other.wellKnown, /can not be read \(ENOTFOUND\)/);
});

test('a document at the well-known address proves it too, and nothing but 200 does', async () => {
  const asked: string[] = [];
  const answering = (status: number, body: string) => async (url: string) => {
    asked.push(url);
    return { status, body };
  };
  for (const body of ['value', 'carillon-verification=value\n'])
    assert.equal((await verifier({ get: answering(200, body) }).verify(host, 'value')).by, 'wellKnown');
  assert.equal((await verifier({ get: answering(302, 'value') }).verify(host, 'value')).by, null);
  assert.match(
    (await verifier({ get: answering(200, 'x') }).verify(host, 'value')).wellKnown,
    /another value/,
  );
  assert.equal(asked[0], `https://${host}/.well-known/carillon-verification`);
});

test('a name that leads into a private network is refused at the claim, and again when connecting', async () => {
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
    '100.64.0.1',
  ]) {
    const inside = verifier({ resolve: async () => ['93.184.215.14', address] });
    await assert.rejects(inside.check(host), /private network/, address);
  }
  await assert.rejects(verifier({}).check('localhost'), /private network/);
  await verifier({}).check(host); // a name without addresses can still be proven by its DNS
  await verifier({ allowPrivate: true, resolve: async () => ['127.0.0.1'] }).check(host);
  // Public when it was claimed, private when it is connected to.
  const rebound = verifier({ resolve: async () => ['10.0.0.1'], get: getOnce });
  await assert.rejects(rebound.verify(host, 'value'), /private network/);
});

/** A web server of that name on this machine, trusted by this process. */
async function serve(context: TestContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const now = Date.now();
  const cert = await makeCertificate({
    ...{
      commonName: host,
      key: privateKey,
      notBefore: now - 60_000,
      notAfter: now + 3_600_000,
      hosts: [host],
    },
    issuer: { commonName: host, key: createPrivateKey(key) },
  });
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, cert]);
  const server: Server = createServer({ key, cert }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    tls.setDefaultCACertificates(before);
    server.closeAllConnections();
    server.close();
  });
  return `https://${host}:${(server.address() as AddressInfo).port}/.well-known/carillon-verification`;
}

const lookup: LookupFunction = (_host, { all }, done) =>
  all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

test('over TLS the document is read as it is; a redirect is not followed, a long one is not read', async (context) => {
  const url = await serve(context, (request, response) => {
    if (request.url?.endsWith('?redirect')) response.writeHead(302, { location: '/value' }).end('moved');
    else if (request.url?.endsWith('?long')) response.end('x'.repeat(100_000));
    else response.end('value');
  });
  assert.deepEqual(await getOnce(url, lookup), { status: 200, body: 'value' });
  assert.equal((await getOnce(`${url}?redirect`, lookup)).status, 302);
  assert.deepEqual(await getOnce(`${url}?long`, lookup), { status: 200, body: '' });
});

test('an answer for another name’s certificate is none', async (context) => {
  const url = await serve(context, (_request, response) => response.end('value'));
  await assert.rejects(getOnce(url.replace(host, 'other.example'), lookup), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});
