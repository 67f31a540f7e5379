// `carillon listen --forward-to`: an endpoint that the hub can't reach gets what a webhook would bring, signed alike, in order,
// until each is taken, and goes on where it was after a restart.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { post, startHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { makeCertificate, openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';

import { Webhook } from 'standardwebhooks';
import { decryptContent } from '../../../../server/src/webhooks.ts';

const hub = await startHub({ settings: { dev: true } });
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const folder = tempFolder();
after(folder.remove);

const ask = async (method: string, at: string, body?: unknown) => {
  const answer = await hub.request(method, at, { token, ...(body === undefined ? {} : { body }) });
  assert.ok(answer.status < 300, answer.text);
  return answer.json;
};
const create = async (): Promise<string> => (await ask('POST', feed, post())).id;

interface Listening {
  readonly child: ChildProcess;
  readonly secret: string;
  output(): string;
}

async function listen(context: TestContext, url: string, ...more: string[]): Promise<Listening> {
  const own = ['--base-url', hub.baseUrl, '--token', token, '--data-dir', folder.path, ...more];
  const child = spawn(process.execPath, [launcher, 'listen', '--forward-to', url, ...own], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await until(() => text.includes('listening'), 'it listens');
  return { child, secret: /signingSecret (\S+)/.exec(text)?.[1] ?? '', output: () => text };
}

test('it brings what the webhook of a change subscription does, signed alike, until each is taken', async (context) => {
  await using receiver = await openReceiver();
  await using ofHub = await openReceiver();
  let refused = false;
  receiver.answer = (response) => {
    response.writeHead(refused ? 200 : 503).end();
    refused = true;
  };
  const { id: subscription } = await ask('POST', '/v1.0/subscriptions', watchOf(ofHub.url));
  const { secret } = await listen(context, receiver.url, '--client-state', 'state of the test');
  const id = await create();
  await ask('PATCH', `${feed}/${id}`, { readState: 'read' });
  await ask('DELETE', `${feed}/${id}`);
  const [told, expected] = [await receiver.told(3), await ofHub.told(3)];
  // Of each registration and hub alone: ids, and when it ends.
  const shared = (each: Record<string, unknown>) => {
    const { id: _, subscriptionId: __, subscriptionExpirationDateTime: ___, ...rest } = each;
    return rest;
  };
  assert.deepEqual(told.map(shared), expected.map(shared));
  for (const each of told) assert.deepEqual(Object.keys(each).sort(), Object.keys(expected[0]).sort());
  const [first, second] = receiver.received;
  assert.equal(first?.body, second?.body);
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
  for (const { headers, body } of receiver.received)
    new Webhook(secret).verify(body, headers as Record<string, string>);
  await ask('DELETE', `/v1.0/subscriptions/${subscription}`);
});

test('with a certificate the notification comes too, encrypted as the hub does', async (context) => {
  await using receiver = await openReceiver();
  const { keyFile, pem } = makeCertificate(folder.path, 2048);
  const certFile = join(folder.path, 'listen.pem');
  writeFileSync(certFile, pem);
  await listen(context, receiver.url, '--certificate', certFile);
  const id = await create();
  const kept = await ask('GET', `${feed}/${id}`);
  const [value] = await receiver.told(1);
  const { '@odata.context': _, ...entity } = kept;
  assert.deepEqual(decryptContent(value.encryptedContent, readFileSync(keyFile, 'utf8')), entity);
});

test('with a file of its state it goes on after a restart, under the same secret', async (context) => {
  await using receiver = await openReceiver();
  const state = ['--state', join(folder.path, 'listen.json')];
  const first = await listen(context, receiver.url, ...state);
  const told = [await create()];
  await until(() => first.output().includes(`created ${told[0]}: 202`), 'it was taken');
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  told.push(await create(), await create());
  const second = await listen(context, receiver.url, ...state);
  assert.equal(second.secret, first.secret);
  told.push(await create());
  const last = told.at(-1);
  await until(() => receiver.values.some((each) => each.resourceData.id === last), 'all came');
  // What was taken while it was killed may come once more, with the same id.
  const ids = new Map(receiver.values.map((each) => [each.id, each]));
  assert.deepEqual(
    [...ids.values()].map((each) => [each.changeType, each.resourceData.id]),
    told.map((id) => ['created', id]),
  );
  assert.equal(new Set(receiver.values.map((each) => each.subscriptionId)).size, 1);
});
