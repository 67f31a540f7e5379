// The example of an app service as its README runs it: beside a hub with --tls-dev, MSAL and Graph's client unmodified.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { openSimulator, webPushProvider } from '@carillon/simulators';
import { carillon } from '@carillon/testing/hub/command.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { serve } from '@carillon/testing/hub/served.ts';
import { freePort } from '@carillon/testing/machine/ports/free-port.ts';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';

const service = join(import.meta.dirname, '..', '..', 'examples', 'app-service', 'service.ts');
// bound: a program that does not start fails the test by name
const startMaxMs = 60_000;
const dataDir = mkdtempSync(join(tmpdir(), 'carillon-example-'));
const user = ['--user', 'alice@demo.example'];

after(() => rmSync(dataDir, { recursive: true, force: true }));

async function command(context: TestContext, ...args: string[]): Promise<string> {
  const { text, ended } = carillon(context, dataDir, ...args);
  assert.equal(await ended, 0, text.error);
  return text.out.trim();
}

async function startHub(context: TestContext): Promise<string> {
  const hub = serve(dataDir, ['--dev', '--tls-dev', '--port', '0']);
  context.after(async () => {
    hub.process.kill('SIGTERM');
    await hub.ended;
  });
  await hub.ready;
  tls.setDefaultCACertificates([
    ...tls.rootCertificates,
    readFileSync(join(dataDir, 'tls', 'ca.pem'), 'utf8'),
  ]);
  return /^carillon is ready at (\S+)$/m.exec(hub.output())?.[1] ?? '';
}

/** Alice's browser, at a push service that is simulated. */
async function registerBrowser(context: TestContext, hub: string, token: string): Promise<void> {
  const webPush = webPushProvider();
  const simulator = await openSimulator({ tls: null, clock: systemClock, providers: [webPush] });
  context.after(() => simulator.close());
  const keys = await fetch(`${hub}/v1.0/notificationKeys`);
  const { vapidPublicKey } = (await keys.json()) as { vapidPublicKey: string };
  const made = webPush.subscribe({ origin: simulator.url, applicationServerKey: vapidPublicKey });
  const answer = await fetch(`${hub}/v1.0/me/notificationSubscriptions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      targetHostName: 'shop.example',
      installationId: 'browser',
      platformType: 'webPush',
      channel: { type: 'webPush', ...made },
    }),
  });
  assert.equal(answer.status, 201, await answer.text());
}

async function startService(context: TestContext, environment: Record<string, string>) {
  const port = await freePort();
  const child = spawn(process.execPath, [service], {
    env: {
      ...process.env,
      ...environment,
      PORT: String(port),
      NODE_EXTRA_CA_CERTS: join(dataDir, 'tls', 'ca.pem'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until(() => output.includes('listens on'), 'the service listens', startMaxMs);
  return { url: `http://localhost:${port}`, output: () => output };
}

test('posts for the user whose token it was called with, and follows the delivery to the browser', async (context) => {
  const hub = await startHub(context);
  const made = await command(context, 'app', 'create', '--id', 'shop', '--host', 'shop.example');
  const { clientSecret } = JSON.parse(made) as { clientSecret: string };
  const token = await command(context, 'token', '--app', 'shop', ...user);
  await registerBrowser(context, hub, token);
  const shop = await startService(context, { HUB: hub, APP_SECRET: clientSecret });

  const assertion = await command(context, 'token', '--app', 'shop', '--audience', 'shop', ...user);
  const ready = `${shop.url}/orders/42/ready`;
  const answer = await fetch(ready, { method: 'POST', headers: { Authorization: `Bearer ${assertion}` } });
  assert.equal(answer.status, 202);
  const { id } = (await answer.json()) as { id: string };
  await until(() => shop.output().includes(`${id}: webPush accepted`), 'the delivery is followed to its end');
  const stored = await fetch(`${hub}/v1.0/me/notifications/${id}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const { payload, appNotificationId } = (await stored.json()) as Record<string, unknown>;
  assert.deepEqual(
    [appNotificationId, payload],
    ['order-42', { visualContent: { title: 'Order 42 is ready', body: 'Pick it up until 18:00.' } }],
  );

  const without = await fetch(ready, { method: 'POST' });
  assert.equal(without.status, 502);
  assert.match(await without.text(), /assertion is missing/);
});
