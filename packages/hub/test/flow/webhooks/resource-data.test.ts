// Changes with their resource, and how deliveries ended: received by the program of docs/webhooks.md as it stands there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freePort, post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { makeCertificate, openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { findPython, runPython } from '@carillon/testing/machine/python/python.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const reader = join(fixtures, 'read-webhooks.py');
const derOf = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, '');
const hub = await startHub({ settings: { dev: true } });
after(hub.close);
const path = '/v1.0/subscriptions';
const feed = '/v1.0/me/notifications';
const alice = hub.token({ user: 'alice' });
const app = hub.token();

const ask = (method: string, at: string, token: string, body?: unknown) =>
  hub.request(method, at, { token, ...(body === undefined ? {} : { body }) });

test('the program of the page verifies what comes and decrypts it', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const { keyFile, pem } = makeCertificate(folder.path, 2048);
  const page = readFileSync(join(import.meta.dirname, '../../../../../docs/webhooks.md'), 'utf8');
  const [, program = ''] = /^```js\n(.*?)^```$/ms.exec(page) ?? [];
  writeFileSync(join(folder.path, 'receiver.mjs'), program);
  const port = await freePort();
  const start = (secret: string) => {
    const env = { SIGNING_SECRET: secret, PRIVATE_KEY_FILE: keyFile, HUB_URL: hub.baseUrl, APP_ID: 'app-a' };
    const child = spawn(process.execPath, ['receiver.mjs'], {
      cwd: folder.path,
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => child.kill('SIGKILL'));
    const lines: string[] = [];
    child.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
    return { child, lines };
  };
  const first = start('whsec_');
  await until(() => first.lines.length > 0, 'the receiver listens');
  const rich = watchOf(`http://localhost:${port}/`, {
    includeResourceData: true,
    encryptionCertificate: Buffer.from(pem).toString('base64'),
    encryptionCertificateId: 'test',
  });
  const created = await ask('POST', path, alice, rich);
  assert.equal(created.status, 201, created.text);
  first.child.kill('SIGKILL');
  await until(() => first.child.signalCode !== null, 'the first receiver is gone');
  const { child, lines } = start(created.json.signingSecret);
  await until(() => lines.length > 0, 'the receiver listens again');
  const body = post({ payload: { visualContent: { title: 'Grüße ✓' } } });
  const posted = await ask('POST', feed, alice, body);
  assert.equal(posted.status, 201, posted.text);
  await ask('PATCH', `${feed}/${posted.json.id}`, alice, { readState: 'read' });
  await ask('DELETE', `${feed}/${posted.json.id}`, alice);
  await until(() => lines.length === 4, 'three changes');
  const [, ...told] = lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : null));
  assert.deepEqual(
    told.map(({ changeType, data }) => [changeType, data?.payload.visualContent.title, data?.readState]),
    [
      ['created', 'Grüße ✓', 'unread'],
      ['updated', 'Grüße ✓', 'read'],
      ['deleted', undefined, undefined],
    ],
  );
  child.kill('SIGKILL');
  await ask('DELETE', `${path}/${created.json.id}`, alice);
});

const python = findPython({
  name: 'cryptography',
  version: '50.0.2',
  module: 'cryptography.hazmat.primitives.ciphers',
});
test('a reader in Python, written from the page, verifies tokens and signatures and decrypts', async (context) => {
  if (!python) return context.skip('cryptography of PyPI can not be installed here');
  const folder = tempFolder();
  context.after(folder.remove);
  const { keyFile, pem } = makeCertificate(folder.path, 2048);
  await using receiver = await openReceiver();
  const rich = {
    includeResourceData: true,
    encryptionCertificate: derOf(pem),
    encryptionCertificateId: 'der',
  };
  const { json: created } = await ask('POST', path, alice, watchOf(receiver.url, rich));
  const rawContent = `${'€'.repeat(10_000)} 🎉`;
  const posted = await ask('POST', feed, alice, post({ payload: { rawContent } }));
  const at = `${feed}/${posted.json.id}`;
  await ask('PATCH', at, alice, { readState: 'read' });
  const kept = (await ask('GET', at, alice)).json;
  await ask('DELETE', at, alice);
  await receiver.told(3);
  const webhooks = receiver.received.map(({ headers, body }) => ({ headers, body }));
  const given = { keyFile, webhooks, secret: created.signingSecret, hub: hub.baseUrl, app: 'app-a' };
  const file = join(folder.path, 'given.json');
  writeFileSync(file, JSON.stringify(given));
  const read = (await runPython(python, [reader, file], {})) as {
    readonly value: { readonly changeType: string };
    readonly resource: Record<string, unknown> | null;
    readonly tokens: readonly { readonly exp: number; readonly iat: number }[];
    readonly thumbprint: string | null;
  }[];
  assert.deepEqual(
    read.map(({ value, resource }) => [value.changeType, resource?.readState]),
    [
      ['created', 'unread'],
      ['updated', 'read'],
      ['deleted', undefined],
    ],
  );
  const { '@odata.context': _, ...entity } = kept;
  const { '@odata.etag': etag = entity['@odata.etag'], ...resource } = read[1]?.resource ?? {};
  assert.deepEqual({ '@odata.etag': etag, ...resource }, entity);
  assert.equal(read[0]?.thumbprint, new X509Certificate(pem).fingerprint.replaceAll(':', ''));
  for (const { tokens } of read) assert.deepEqual([tokens.length, (tokens[0]?.exp ?? 0) > 0], [1, true]);
  await ask('DELETE', `${path}/${created.id}`, alice);
});

test('a certificate is taken as DER or PEM with an RSA key of 2 048 to 4 096 bits, and no other', async () => {
  await using receiver = await openReceiver();
  const pemOf = (name: string) => readFileSync(join(fixtures, 'certificates', `${name}.pem`), 'utf8');
  const asPem = (pem: string) => Buffer.from(pem).toString('base64');
  const taken = { 'rsa-2048': [derOf, asPem, (pem: string) => pem], 'rsa-4096': [derOf, asPem] };
  for (const [name, forms] of Object.entries(taken))
    for (const form of forms) {
      const rich = { includeResourceData: true, encryptionCertificate: form(pemOf(name)) };
      const { status, json, text } = await ask('POST', path, alice, watchOf(receiver.url, rich));
      assert.equal(status, 201, `${name}: ${text}`);
      await ask('DELETE', `${path}/${json.id}`, alice);
    }
  const refused = [...['rsa-2047', 'rsa-4104', 'ec-256'].map((name) => derOf(pemOf(name))), 'AAAA', ''];
  for (const encryptionCertificate of refused) {
    const rich = { includeResourceData: true, encryptionCertificate };
    const { status, json } = await ask('POST', path, alice, watchOf(receiver.url, rich));
    const { code, target } = json.error;
    assert.deepEqual([status, code, target], [400, 'invalidRequest', 'encryptionCertificate']);
  }
});

test('how the deliveries of an app ended comes as updates with the members of a delivery', async () => {
  await using receiver = await openReceiver();
  await using foreign = await openReceiver();
  const ends = { resource: 'users/getAllDeliveries', changeType: 'updated' };
  const { status, json, text } = await ask('POST', path, app, watchOf(receiver.url, ends));
  assert.equal(status, 201, text);
  const others = hub.token({ app: 'app-b' });
  assert.equal((await ask('POST', path, others, watchOf(foreign.url, ends))).status, 201);
  const subscriptionId = await subscribe(hub, { installationId: 'no address' });
  const posted = await ask('POST', feed, alice, post());
  const [value] = await receiver.told(1);
  assert.equal(value.changeType, 'updated');
  const listed = await ask('GET', `${feed}/${posted.json.id}/deliveries`, alice);
  const [delivery] = listed.json.value;
  const { '@odata.type': _type, '@odata.id': _id, id, ...members } = value.resourceData;
  assert.equal(id, posted.json.id);
  assert.deepEqual(members, delivery);
  assert.deepEqual([members.subscriptionId, members.status], [subscriptionId, 'skipped']);
  assert.equal(foreign.received.length, 0);
  await ask('DELETE', `${path}/${json.id}`, app);
});

test('an endpoint inside a private network is refused at registration, and again when it is told', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  await using receiver = await openReceiver();
  const { port } = new URL(receiver.url);
  const at = { dataDir: folder.path };
  const open = await startHub({ ...at, settings: { 'allow-private-push': true } });
  const tokenAt = ({ token }: typeof open) => token({ user: 'alice' });
  const registered = await open.request('POST', path, { token: tokenAt(open), body: watchOf(receiver.url) });
  assert.equal(registered.status, 201, registered.text);
  await open.close();
  const settings = { port: new URL(open.baseUrl).port };
  await using guarded = await startHub({ ...at, settings });
  const token = tokenAt(guarded);
  for (const host of [
    'localhost',
    '127.0.0.1',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '192.168.0.1',
    '169.254.169.254',
  ]) {
    const body = watchOf(`https://${host}:${port}/hook`);
    const { status, json } = await guarded.request('POST', path, { token, body });
    assert.deepEqual([status, json.error.target], [400, 'notificationUrl'], host);
  }
  const before = receiver.handshakes.length;
  await guarded.request('POST', feed, { token, body: post() });
  const admin = guarded.token({ admin: true });
  const answer = async () => {
    const { json } = await guarded.request('GET', '/admin/changeSubscriptions', { token: admin });
    return json.value[0].lastAnswer;
  };
  await until(async () => (await answer()) === 'forbidden', 'operators see that it is refused');
  assert.deepEqual([receiver.received.length, receiver.handshakes.length], [0, before]);
});
