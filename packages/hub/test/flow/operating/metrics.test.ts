// /metrics from outside: who may scrape, that every metric of the list moves with the traffic that it counts, that the
// text is what Prometheus reads, and that no series names a person or what they were sent.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { rule } from '@carillon/simulators';
import { startPush } from '@carillon/testing/feed/push.ts';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { freePort, post, send, startHub, type TestHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { scrapeFaults } from '@carillon/testing/machine/prometheus/promtool.ts';
import { type MetricName, metricList } from '../../../src/telemetry/metrics/metric-list.ts';

const feed = '/v1.0/me/notifications';
const mark = 'Marked-title-7f3a';
/** What is left: promtool would count in seconds what is named in days. */
const named = 'carillon_credentials_expire_days use base unit "seconds" instead of "days"\n';
const push = await startPush({ settings: { 'metrics-port': '0', throttle: '100' } });
after(() => push[Symbol.asyncDispose]());
const { hub } = push;
const token = hub.token({ user: 'alice' });
const operator = hub.token({ admin: true });

/** As a scraper without a token sees it. */
async function scrape({ hub: { metricsPort } }: TestHub, accept?: string): Promise<string> {
  const headers = accept === undefined ? {} : { accept };
  const answer = await send(`http://127.0.0.1:${metricsPort}/metrics`, 'GET', { headers });
  assert.equal(answer.status, 200);
  return answer.text;
}

/** The sum over all series of that name. */
function sumOf(text: string, name: string): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)));
  assert.ok(lines.length > 0, `no sample of ${name}`);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

const create = async (more = {}): Promise<string> => {
  const answer = await hub.request('POST', feed, { token, body: post(more) });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
};

async function shown(id: string, unsId: string): Promise<void> {
  const receipts = [{ id, subscriptionId: unsId, kind: 'shown' }];
  const answer = await hub.request('POST', `${feed}/receipts`, { token, body: { receipts } });
  assert.equal(answer.json.recordedCount, 1, answer.text);
}

test('an operator scrapes the port of the hub, and nobody else does', async () => {
  assert.equal((await hub.request('GET', '/metrics')).status, 401);
  assert.equal((await hub.request('GET', '/metrics', { token })).status, 403);
  assert.equal((await hub.request('GET', '/metrics', { token: hub.token() })).status, 403);
  const reader = hub.token({ operatorRead: true });
  assert.equal((await hub.request('GET', '/metrics', { token: reader })).status, 200);
  const { status, text, headers } = await hub.request('GET', '/metrics', { token: operator });
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.equal(scrapeFaults(text), named);
});

test('the port of the metrics answers them without a token, and nothing else', async () => {
  const at = `http://127.0.0.1:${hub.hub.metricsPort}`;
  assert.equal((await send(`${at}/metrics`, 'GET')).status, 200);
  assert.equal((await send(`${at}/metrics`, 'POST')).status, 405);
  assert.equal((await send(`${at}/healthz`, 'GET')).status, 404);
  assert.equal((await send(`${at}${feed}`, 'GET', { token })).status, 404);
});

test('a hub without a port for metrics opens none', async () => {
  await using quiet = await startHub();
  assert.equal(quiet.hub.metricsPort, null);
});

test('every metric moves with what it counts, and promtool finds nothing wrong', async () => {
  const before = await scrape(hub);
  const devices = await push.fourDevices();
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  const { unsId } = devices.webPush;
  const content = { visualContent: { title: mark, body: mark } };
  const id = await create({ payload: content, appNotificationId: mark });
  await until(() => push.to(devices.webPush).length > 0, 'the push');
  await until(async () => sumOf(await scrape(hub), 'carillon_accepted_total') >= 4, 'four accepted');
  await shown(id, unsId);
  await hub.request('GET', feed, { token, headers: { 'x-uns-id': unsId } });
  await until(
    async () => sumOf(await scrape(hub), 'carillon_create_to_fetched_seconds_count') > 0,
    'a device that has fetched',
  );
  push.fcmTokens.set(devices.android.address, 'unregistered');
  await create();
  await until(async () => sumOf(await scrape(hub), 'carillon_dead_addresses_total') === 1, 'a dead address');
  await until(async () => sumOf(await scrape(hub), 'carillon_accepted_total') === 7, 'three more accepted');
  const flooding = { token: hub.token({ user: 'bob', app: 'app-b' }) };
  await until(async () => (await hub.request('GET', feed, flooding)).status === 429, 'throttling');
  await until(async () => sumOf(await scrape(hub), 'carillon_event_loop_lag_seconds') >= 0);
  const text = await scrape(hub);
  assert.equal(scrapeFaults(text), named);
  const still = metricList
    .filter(({ type }) => type !== 'gauge')
    .map(({ name, type }) => (type === 'histogram' ? `${name}_count` : name))
    .filter((name) => !(sumAt(text, name) > sumAt(before, name)));
  // The store has not failed: the next test lets it.
  assert.deepEqual(still, ['carillon_commit_failures_total']);
  const gauges: Partial<Record<MetricName, number>> = {
    carillon_streams: 1,
    carillon_store_up: 1,
    carillon_bus_up: 1,
  };
  for (const [name, value] of Object.entries(gauges)) assert.equal(sumOf(text, name), value, name);
  assert.match(text, /^carillon_accepted_never_shown_ratio\{channel="webPush"\} 0\.5$/m);
  assert.match(text, /^carillon_accepted_never_shown_ratio\{channel="apns"\} 1$/m);
  assert.match(text, /^carillon_deliveries_total\{channel="fcm",verdict="gone"\} 1$/m);
  assert.match(text, /^carillon_answers_total\{operation="createNotification",status="201"\} 2$/m);
  assert.ok(sumOf(text, 'carillon_process_resident_memory_bytes') > 1e7);
  reader.leave();
  await until(async () => sumOf(await scrape(hub), 'carillon_streams') === 0, 'the stream to be gone');
});

test('no series names a person, a title, an id or a token', async () => {
  const text = `${await scrape(hub)}${await scrape(hub, 'application/openmetrics-text')}`;
  const marks = [
    mark,
    token,
    operator,
    ...Object.values(userNames),
    ...Object.values(hub.userIds),
    'alice',
    'bob',
  ];
  assert.deepEqual(
    marks.filter((each) => text.includes(each)),
    [],
  );
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [, labels = ''] = /\{([^}]*)\}/.exec(line) ?? [];
    // An id, a hash or a token is longer than any word of the lists.
    assert.doesNotMatch(labels, /[0-9a-f]{8}|@|"[^"]{40}/, line);
  }
});

test('what waits is as old as its creation, and the queue of attempts is as long as it is', async () => {
  const { address } = await push.register('webPush', { user: 'bob' });
  assert.equal(sumOf(await scrape(hub), 'carillon_oldest_pending_seconds'), 0);
  push.simulator.script([rule('hold', { match: { address }, times: 1 })]);
  const bob = hub.token({ user: 'bob' });
  await hub.request('POST', feed, { token: bob, body: post() });
  await until(async () => (await queue('attempts')) === 1, 'the attempt');
  assert.equal(await queue('deliveries'), 1);
  await until(async () => sumOf(await scrape(hub), 'carillon_oldest_pending_seconds') > 0, 'its age');
  push.simulator.release();
  await until(async () => (await queue('deliveries')) === 0, 'its end');
  assert.equal(sumOf(await scrape(hub), 'carillon_oldest_pending_seconds'), 0);
});

test('a store that fails and a bus that is away are down', async () => {
  const nats = `nats://127.0.0.1:${await freePort()}`;
  await using away = await startHub({
    settings: { 'metrics-port': '0', 'nats-url': [nats] },
    store: 'sqlite',
  });
  assert.equal(sumOf(await scrape(away), 'carillon_store_up'), 1);
  assert.equal(sumOf(await scrape(away), 'carillon_bus_up'), 0);
  const other = new DatabaseSync(join(away.dataDir, 'feed.db'));
  other.exec('ALTER TABLE notification RENAME TO lost');
  other.close();
  const answer = await away.request('POST', feed, { token: away.token({ user: 'alice' }), body: post() });
  assert.equal(answer.status, 500);
  await until(async () => sumOf(await scrape(away), 'carillon_store_up') === 0, 'the store to be down');
  assert.equal(sumOf(await scrape(away), 'carillon_commit_failures_total'), 1);
});

async function queue(name: string): Promise<number> {
  return sumOf(await scrape(hub), `carillon_queue_depth{queue="${name}"}`);
}

function sumAt(text: string, name: string): number {
  return new RegExp(`^${name}[ {]`, 'm').test(text) ? sumOf(text, name) : 0;
}
