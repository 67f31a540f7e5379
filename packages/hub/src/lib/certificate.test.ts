import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { makeCertificate } from './certificate.ts';
import { systemClock } from './clock.ts';

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const now = systemClock.now();
const times = { notBefore: now - 60_000, notAfter: now + 3_600_000 };

test('a client that trusts the authority trusts its server, under its names only', async (context) => {
  const issuer = { commonName: 'an authority', key: newKey() };
  const ca = await makeCertificate({ ...issuer, issuer, ...times });
  const key = newKey();
  const hosts = ['localhost', '127.0.0.1', 'fd00::1:2'];
  const cert = await makeCertificate({ commonName: 'a server', key, issuer, ...times, hosts });
  const parsed = new X509Certificate(cert);
  assert.equal(parsed.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:1:2');
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key: pem, cert }, (_request, response) => response.end()).listen(
    0,
    '127.0.0.1',
  );
  context.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (host: string, servername: string) =>
    once(request({ host, servername, port, ca, agent: false }).end(), 'response');
  const [response] = await ask('127.0.0.1', 'localhost');
  assert.equal(response.resume().statusCode, 200);
  await assert.rejects(ask('127.0.0.1', 'hub.example'), /does not match certificate's altnames/);
});

test('dates from 2050 on are read as they were given', async () => {
  const commonName = 'long-lived';
  const key = newKey();
  const notAfter = Date.UTC(2060, 0, 2, 3, 4, 5);
  const pem = await makeCertificate({
    commonName,
    key,
    issuer: { commonName, key },
    notBefore: now,
    notAfter,
  });
  assert.equal(Date.parse(new X509Certificate(pem).validTo), notAfter);
});
