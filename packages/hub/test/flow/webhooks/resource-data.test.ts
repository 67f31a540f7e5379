// Changes with their resource, and how deliveries ended: received by the program of docs/webhooks.md as it stands there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freePort, post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { makeCertificate, openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';

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

test('a certificate is taken as DER or PEM with 2 048 to 4 096 bits, and no other', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  await using receiver = await openReceiver();
  const register = (encryptionCertificate: string) =>
    ask('POST', path, alice, watchOf(receiver.url, { includeResourceData: true, encryptionCertificate }));
  const { pem } = makeCertificate(folder.path, 2048);
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').toString('base64');
  const answer = await register(der);
  assert.equal(answer.status, 201, answer.text);
  const { status, json } = await register(
    Buffer.from(makeCertificate(folder.path, 1024).pem).toString('base64'),
  );
  assert.deepEqual([status, json.error.target], [400, 'encryptionCertificate']);
  await ask('DELETE', `${path}/${answer.json.id}`, alice);
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
