import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../lib/clock.ts';
import { makeDevCertificate } from './dev-certificate.ts';

const dayMs = 24 * 3600 * 1000;

function tlsFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'tls');
}

function later(days: number) {
  return { ...systemClock, now: () => systemClock.now() + days * dayMs };
}

test('the certificate is of the local authority, and for this machine’s own names', async (context) => {
  const folder = tlsFolder(context);
  const { key, cert, caPath } = await makeDevCertificate(folder, systemClock);
  const leaf = new X509Certificate(cert);
  const ca = new X509Certificate(readFileSync(caPath));
  assert.ok(leaf.checkIssued(ca) && leaf.verify(ca.publicKey));
  assert.ok(ca.ca && !leaf.ca);
  for (const host of ['localhost']) assert.ok(leaf.checkHost(host));
  for (const address of ['127.0.0.1', '::1']) assert.ok(leaf.checkIP(address));
  assert.equal(leaf.checkHost('hub.example'), undefined);
  assert.match(key, /BEGIN PRIVATE KEY/);
  assert.equal(statSync(join(folder, 'ca.key')).mode & 0o777, 0o600);
});

test('it is kept, and renewed under the same authority when it ends within 30 days', async (context) => {
  const folder = tlsFolder(context);
  const first = await makeDevCertificate(folder, systemClock);
  const ca = readFileSync(first.caPath, 'utf8');
  assert.deepEqual(await makeDevCertificate(folder, later(300)), first);
  const renewed = await makeDevCertificate(folder, later(380));
  assert.notEqual(renewed.cert, first.cert);
  assert.equal(readFileSync(renewed.caPath, 'utf8'), ca);
});
