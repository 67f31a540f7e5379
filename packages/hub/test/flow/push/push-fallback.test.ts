// The fallback of raw content on iOS: a visual push to each iOS subscription that has not fetched the notification within
// the delay, unless it was handled meanwhile. And what counts as fetched.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Asking, startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Device } from '@carillon/testing/feed/push.ts';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { openSocket } from '@carillon/testing/feed/web-socket.ts';
import { post, until } from '@carillon/testing/hub/hub.ts';

const second = 1000;
const delaySeconds = 60;
const title = 'You have mail';

const raw = {
  payload: { rawContent: 'mail 17' },
  fallbackPolicy: {
    endpointFallback: {
      platformTypes: ['ios'],
      fallbackDelayInSeconds: delaySeconds,
      visualContent: { title },
    },
  },
};

const driven = await startDriven();
after(() => driven[Symbol.asyncDispose]());
const { push } = driven;
const phone = await push.register('ios', { installationId: 'phone' });
const tablet = await push.register('ios', { installationId: 'tablet' });
const laptop = await push.register('windows', { installationId: 'laptop' });
const pixel = await push.register('android', { installationId: 'pixel' });

interface ApnsPayload {
  readonly aps: { readonly alert?: { readonly title: string } };
}

/** The visual pushes to a device about a notification. */
function shown(device: Device, id: string, { about } = driven): ApnsPayload[] {
  const payloads = about(device, id).map(({ payload }) => payload as ApnsPayload);
  return payloads.filter(({ aps }) => aps.alert?.title === title);
}

const overdue = () => driven.pass((delaySeconds + 2) * second, second);

test('each iOS subscription that has not fetched it is shown it after the delay, and no other device', async () => {
  const id = await driven.create(raw);
  await driven.pass((delaySeconds - 1) * second, second);
  assert.equal(driven.about(phone, id).length, 1, 'the tap, at once');
  assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [0, 0]);
  await driven.pass(3 * second);
  assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [1, 1]);
  for (const device of [laptop, pixel]) {
    const pushed = JSON.stringify(driven.about(device, id));
    assert.doesNotMatch(pushed, new RegExp(title));
  }
  await overdue();
  assert.equal(shown(phone, id).length, 1);
  assert.equal((await driven.delivery(id, phone, 'fallback')).status, 'accepted');
  const kinds = (await driven.deliveries(id)).filter(({ kind }) => kind === 'fallback');
  assert.deepEqual(
    kinds.map(({ platform }) => platform),
    ['ios', 'ios'],
  );
});

describe('fetched', () => {
  const as = phone;
  const ask = (method: string, path: string, asking: Asking = {}) => driven.ask(method, path, asking);
  const cursorNow = async (): Promise<string> => {
    const { json } = await ask('GET', 'notifications/delta?$deltatoken=latest');
    return new URL(json['@odata.deltaLink']).searchParams.get('$deltatoken') as string;
  };
  const stream = () => ({
    baseUrl: push.hub.baseUrl,
    token: push.hub.token({ user: 'alice' }),
    headers: { 'X-UNS-ID': as.unsId },
  });
  const ways: readonly (readonly [name: string, fetch: (id: string) => Promise<unknown>])[] = [
    ['a list that holds it', () => ask('GET', 'notifications', { as })],
    ['a get of it', (id) => ask('GET', `notifications/${id}`, { as })],
    ['a walk of delta', () => walk(as)],
    ['a receipt', (id) => receipt(id, as)],
    [
      'a stream that comes back with a cursor past it',
      async () => {
        const query = `?$deltatoken=${await cursorNow()}`;
        const reader = await openSseReader({ ...stream(), query });
        await reader.next('ready');
        reader.leave();
      },
    ],
  ];
  for (const [name, fetch] of ways) {
    test(`${name} counts, for the device that did it alone`, async () => {
      const id = await driven.create(raw);
      await driven.settle();
      await fetch(id);
      await until(async () => (await driven.delivery(id, phone)).fetchedDateTime !== null, 'fetched');
      await overdue();
      assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [0, 1]);
      const skipped = await driven.delivery(id, phone, 'fallback');
      assert.equal(skipped.status, 'fetched');
      assert.match(skipped.reason ?? '', /has fetched it/);
    });
  }

  test('an acknowledgement over a WebSocket counts, and a frame that was only written does not', async () => {
    const socket = await openSocket(stream());
    await socket.next('ready');
    const unread = await driven.create(raw);
    await socket.next('change');
    await overdue();
    assert.equal(shown(phone, unread).length, 1);
    const id = await driven.create(raw);
    const { cursor } = await socket.next('change', 2);
    socket.send({ type: 'ack', cursor });
    await until(async () => (await driven.delivery(id, phone)).fetchedDateTime !== null, 'fetched');
    await overdue();
    assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [0, 1]);
    socket.leave();
  });

  test('what does not hold it does not count', async () => {
    const id = await driven.create(raw);
    const other = await driven.create();
    await ask('GET', 'notifications?$top=1', { as });
    await ask('GET', `notifications/${other}`, { as });
    await ask('GET', 'notifications/$count', { as });
    await ask('GET', 'notifications/delta?$deltatoken=latest', { as });
    await ask('GET', `notifications/${id}`);
    await overdue();
    assert.equal(shown(phone, id).length, 1);
  });

  test('having fetched the content before says nothing of the one that replaced it', async () => {
    const named = { ...raw, appNotificationId: 'mail' };
    const id = await driven.create(named);
    await ask('GET', `notifications/${id}`, { as });
    await driven.pass(30 * second);
    assert.equal(await driven.create({ ...named, payload: { rawContent: 'mail 18' } }), id);
    await driven.pass(40 * second, second);
    assert.equal(shown(phone, id).length, 0, 'the delay starts anew');
    await driven.pass(22 * second, second);
    assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [1, 1]);
  });
});

async function walk(as: Device): Promise<void> {
  for (let path = 'notifications/delta?$top=1000'; path !== ''; ) {
    const { json, text } = await driven.ask('GET', path, { as });
    assert.ok(json?.value, text);
    path = (json['@odata.nextLink'] ?? '').replace(/^.*\/me\//, '');
  }
}

async function receipt(id: string, device: Device): Promise<void> {
  const body = { receipts: [{ id, subscriptionId: device.unsId, kind: 'shown' }] };
  assert.equal((await driven.ask('POST', 'notifications/receipts', { body })).status, 200);
}

for (const [how, handle] of [
  [
    'read',
    (id: string) => driven.ask('PATCH', `notifications/${id}`, { as: laptop, body: { readState: 'read' } }),
  ],
  ['deleted', (id: string) => driven.ask('DELETE', `notifications/${id}`, { as: laptop })],
] as const) {
  test(`what was ${how} on any device meanwhile is shown nowhere`, async () => {
    const id = await driven.create(raw);
    await driven.settle();
    assert.ok((await handle(id)).status < 300);
    await overdue();
    assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [0, 0]);
  });
}

test('a replacement without a fallback has none, and neither has another user', async () => {
  const bobs = await push.register('ios', { user: 'bob' });
  const named = { ...raw, appNotificationId: 'plain' };
  const id = await driven.create(named);
  await driven.create({ appNotificationId: 'plain', payload: { rawContent: 'no fallback' } });
  await overdue();
  assert.deepEqual([shown(phone, id).length, push.to(bobs).length], [0, 0]);
});

test('it survives a restart, also one that is longer than the delay', async () => {
  for (const downMs of [1, 2 * delaySeconds * second]) {
    const id = await driven.create(raw);
    await driven.settle();
    await push.stop();
    driven.clock.advance(downMs);
    await push.restart();
    await overdue();
    assert.deepEqual([shown(phone, id).length, shown(tablet, id).length], [1, 1]);
  }
});

test('a device that left, or whose lease is over, is shown nothing', async () => {
  const old = await push.register('ios', { installationId: 'old' });
  const lapsing = await push.register('ios', {
    installationId: 'lapsing',
    expirationDateTime: new Date(driven.clock.now() + 30 * second).toISOString(),
  });
  const id = await driven.create(raw);
  await driven.settle();
  const left = await driven.ask('DELETE', `notificationSubscriptions/${old.unsId}`);
  assert.equal(left.status, 204);
  await overdue();
  assert.deepEqual([shown(old, id).length, shown(lapsing, id).length], [0, 0]);
  assert.equal((await driven.delivery(id, old, 'fallback')).status, 'gone');
  assert.equal((await driven.delivery(id, lapsing, 'fallback')).status, 'gone');
});

test('explain says nothing of a fallback as if it were pushed at once', async () => {
  const { json } = await driven.ask('POST', 'notifications/explain', { body: post(raw) });
  const phones = json.value.filter(({ platform }: { platform: string }) => platform === 'ios');
  for (const each of phones) assert.doesNotMatch(JSON.stringify(each.request ?? ''), new RegExp(title));
});
