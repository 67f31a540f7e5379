// What becomes of pushes when the hub dies at any moment, or is told to stop: the hub is a process of its own, the
// simulated providers live on in the test's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers';
import type { Delivery, Notification } from '@carillon/protocol';
import { messagesWaiting, rule, toastsShown } from '@carillon/simulators';
import { checkDelivered, countOf, platforms } from '@carillon/testing/feed/delivered.ts';
import { openServedPush, type ServedPush } from '@carillon/testing/feed/served-push.ts';
import { post, send, until } from '@carillon/testing/hub/hub.ts';
import type { Served } from '@carillon/testing/hub/served.ts';
import { drawSeed, openRandom } from '@carillon/testing/machine/random.ts';

const feed = '/v1.0/me/notifications';

async function create({ baseUrl, token }: ServedPush, title: string): Promise<string> {
  const body = post({ payload: { visualContent: { title } } });
  const { status, json, text } = await send(`${baseUrl}${feed}`, 'POST', { token, body });
  assert.equal(status, 201, text);
  return (json as Notification).id;
}

async function dismiss({ baseUrl, token }: ServedPush, id: string): Promise<void> {
  const body = { userActionState: 'dismissed' };
  const { status, text } = await send(`${baseUrl}${feed}/${id}`, 'PATCH', { token, body });
  assert.equal(status, 200, text);
}

async function kill(served: Served): Promise<void> {
  served.process.kill('SIGKILL');
  assert.equal(await served.ended, 'SIGKILL');
}

async function readDeliveries({ baseUrl, token }: ServedPush, id: string): Promise<Delivery[]> {
  const { json, text, status } = await send(`${baseUrl}${feed}/${id}/deliveries`, 'GET', { token });
  assert.equal(status, 200, text);
  return json.value as Delivery[];
}

/** The statuses of a notification's deliveries, when all of them are final. */
function settled(opened: ServedPush, id: string): Promise<string[]> {
  return until(
    async () => {
      const statuses = (await readDeliveries(opened, id)).map(({ status }) => status);
      assert.equal(statuses.length, platforms.length);
      return statuses.every((status) => status !== 'pending' && status !== 'sent') ? statuses : null;
    },
    `the deliveries of ${id} are final`,
    60_000,
  );
}

/** What a hub that is gone had written already has been read by the providers. */
async function quiet({ simulator }: ServedPush): Promise<void> {
  const state = (): string => JSON.stringify(simulator.stats);
  let before = state();
  for (let turns = 0; turns < 100; turns++) {
    await new Promise<void>((resolve) => void nextTurn(resolve));
    if (state() === before) continue;
    before = state();
    turns = 0;
  }
}

/** So many pushes came to each provider without an answer. */
function unanswered({ simulator }: ServedPush, count: number): Promise<void> {
  const { providers } = simulator.stats;
  return simulator.waitUntil(() => Object.values(providers).every(({ answers }) => answers.none === count));
}

test('killed before a provider took them, attempts under way are made again, but not of what was dismissed', async (context) => {
  const opened = await openServedPush(context);
  const { simulator, devices, push, start } = opened;
  simulator.script([rule('hang')]);
  const first = await start();
  const kept = await create(opened, 'kept');
  const dismissed = await create(opened, 'dismissed');
  await unanswered(opened, 2);
  await dismiss(opened, dismissed);
  await kill(first);
  simulator.script([]);
  await start();
  assert.deepEqual(
    await settled(opened, kept),
    platforms.map(() => 'accepted'),
  );
  assert.deepEqual(
    await settled(opened, dismissed),
    platforms.map(() => 'withdrawn'),
  );
  assert.deepEqual(countOf(opened, 'kept'), [1, 1, 1, 1]);
  // Whether a provider had taken it nobody knows, so that it is taken away wherever that can be done.
  for (const platform of ['windows', 'ios', 'android'] as const) {
    const { address } = devices[platform];
    await simulator.waitFor(
      (each) => each.address === address && JSON.stringify(each.payload).includes(dismissed),
    );
  }
  assert.deepEqual(countOf(opened, 'dismissed'), [0, 0, 0, 0]);
  assert.equal(toastsShown(push.to(devices.windows), shownOn(opened)).length, 1);
});

function shownOn({ devices }: ServedPush): { channelUri: string; endpoint: string; now: number } {
  return { channelUri: devices.windows.address, endpoint: devices.webPush.address, now: Date.now() };
}

test('killed after the providers took them and before that was recorded, they come again under the same tags', async (context) => {
  const opened = await openServedPush(context);
  const { simulator, devices, push, start } = opened;
  simulator.script([rule('lost')]);
  const first = await start();
  const id = await create(opened, 'twice');
  await simulator.waitUntil(() => countOf(opened, 'twice').every((count) => count > 0));
  await kill(first);
  await quiet(opened);
  simulator.script([]);
  await start();
  assert.deepEqual(
    await settled(opened, id),
    platforms.map(() => 'accepted'),
  );
  for (const count of countOf(opened, 'twice')) assert.ok(count > 1, `it came ${count} times`);
  checkDelivered(opened, ['twice']);
  assert.equal(toastsShown(push.to(devices.windows), shownOn(opened)).length, 1);
  assert.equal(messagesWaiting(push.to(devices.webPush), shownOn(opened)).length, 1);
});

test('what a provider took right before the kill is taken away when it is dismissed after the restart, however the next attempt went', async (context) => {
  const opened = await openServedPush(context);
  const { simulator, devices, push, start } = opened;
  const first = await start();
  // The answer comes after this hub is gone, and what the provider delivers stays delivered.
  simulator.script([rule('hold')]);
  const id = await create(opened, 'late');
  await until(() => underWay(opened) === platforms.length, 'all attempts are under way');
  await kill(first);
  simulator.release();
  await simulator.waitUntil(() => countOf(opened, 'late').every((count) => count > 0));
  // Nothing else comes through before it is dismissed, so that only what was under way can be known of.
  simulator.script([rule({ status: 503 })]);
  await start();
  await until(
    async () => (await readDeliveries(opened, id)).every(({ attempts }) => attempts > 0),
    'all were tried again',
  );
  await dismiss(opened, id);
  simulator.script([]);
  for (const platform of ['windows', 'ios', 'android'] as const) {
    const told = () => push.to(devices[platform]).some(({ payload }) => closes(payload, id));
    await until(told, `${platform} is told to close it`);
  }
});

/** False once it was told to stop. */
async function isReady({ baseUrl }: ServedPush): Promise<boolean> {
  return fetch(`${baseUrl}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** How many requests the providers have in hand, be they pushes or for a token. */
function underWay({ simulator }: ServedPush): number {
  let count = 0;
  for (const { requests, answers } of Object.values(simulator.stats.providers)) {
    count += requests - Object.values(answers).reduce((sum, each) => sum + each, 0);
  }
  return count;
}

function closes(payload: unknown, id: string): boolean {
  const text = JSON.stringify(payload);
  return text.includes('close') && text.includes(id);
}

/** What services know, because the hub said so. */
class Witness {
  readonly acknowledged = new Map<string, string>();
  /** Titles of those whose dismissal was asked for, and whether it was acknowledged. */
  readonly dismissed = new Map<string, boolean>();
  #posted = 0;

  /** Creates and dismisses a share of them, unless the hub is gone before. */
  async work(opened: ServedPush, posts: number): Promise<void> {
    try {
      for (let left = posts; left > 0; left--) {
        const title = `post ${this.#posted++}`;
        const id = await create(opened, title);
        this.acknowledged.set(title, id);
        if (this.acknowledged.size % 3 > 0) continue;
        this.dismissed.set(title, false);
        await dismiss(opened, id);
        this.dismissed.set(title, true);
      }
    } catch (error) {
      // A killed hub resets its connections; what it answered before counts.
      if ((error as { code?: string }).code === undefined || error instanceof assert.AssertionError)
        throw error;
    }
  }
}

const troubles = [
  rule('lost', { share: 0.1 }),
  rule('reset', { share: 0.05 }),
  rule({ status: 503 }, { share: 0.1 }),
  rule('hang', { share: 0.05 }),
];

test('killed at any moment under load, every accepted post reaches every device, and none that was dismissed is shown again', async (context) => {
  const seed = drawSeed();
  context.diagnostic(`CARILLON_SEED=${seed}`);
  const random = openRandom(seed);
  const opened = await openServedPush(context);
  const { simulator, start } = opened;
  const witness = new Witness();
  const deaths: { readonly position: number; readonly dismissed: readonly string[] }[] = [];
  for (let life = 0; life < 3; life++) {
    simulator.script(troubles);
    const served = await start();
    const posted = witness.acknowledged.size + 1 + random.below(40);
    const delivered = simulator.total + random.below(40);
    const work = Array.from({ length: 4 }, () => witness.work(opened, 10));
    await until(() => witness.acknowledged.size >= posted, `${posted} posts acknowledged`);
    await until(() => simulator.total >= delivered, `${delivered} pushes delivered`);
    await kill(served);
    await Promise.all(work);
    await quiet(opened);
    const dismissed = [...witness.dismissed].filter(([, sure]) => sure).map(([title]) => title);
    deaths.push({ position: simulator.total, dismissed });
  }
  simulator.script([]);
  await start();
  for (const id of witness.acknowledged.values()) {
    for (const status of await settled(opened, id)) assert.match(status, /^(accepted|withdrawn)$/);
  }
  const kept = [...witness.acknowledged.keys()].filter((title) => !witness.dismissed.has(title));
  checkDelivered(opened, kept);
  checkNotShown(opened, deaths);
});

/** Of what was dismissed when the hub died, no later one shows anything. */
function checkNotShown(
  { simulator }: ServedPush,
  deaths: readonly { readonly position: number; readonly dismissed: readonly string[] }[],
): void {
  for (const { position, dismissed } of deaths) {
    const later = JSON.stringify(simulator.delivered.slice(position).map(({ payload }) => payload));
    for (const title of dismissed)
      assert.ok(!later.includes(`"${title}"`), `${title} was dismissed and shown`);
  }
}

test('told to stop, the hub lets attempts under way end and records them: none is sent again, the others are', async (context) => {
  const opened = await openServedPush(context);
  const { simulator, start } = opened;
  simulator.script([rule('hold')]);
  const served = await start();
  const titles = Array.from({ length: 12 }, (_, index) => `post ${index}`);
  const ids = await Promise.all(titles.map((title) => create(opened, title)));
  await until(() => underWay(opened) > 0, 'an attempt is under way');
  served.process.kill('SIGTERM');
  await until(async () => !(await isReady(opened)), 'it stops');
  simulator.script([]);
  simulator.release();
  assert.equal(await served.ended, 0);
  assert.equal(served.errors(), '');
  assert.equal(underWay(opened), 0, 'all attempts had their answers');
  await start();
  for (const id of ids) {
    assert.deepEqual(
      await settled(opened, id),
      platforms.map(() => 'accepted'),
    );
  }
  for (const title of titles) assert.deepEqual(countOf(opened, title), [1, 1, 1, 1], title);
});

test('a provider that never answers does not keep a hub that was told to stop for more than ten seconds', async (context) => {
  const opened = await openServedPush(context);
  const { simulator, start } = opened;
  simulator.script([rule('hang')]);
  const served = await start();
  const id = await create(opened, 'held');
  await unanswered(opened, 1);
  // bound: a drain that hangs is killed here, and then it did not end with 0
  const bound = setTimeout(() => served.process.kill('SIGKILL'), 10_000);
  served.process.kill('SIGTERM');
  assert.equal(await served.ended, 0);
  clearTimeout(bound);
  simulator.script([]);
  await start();
  assert.deepEqual(
    await settled(opened, id),
    platforms.map(() => 'accepted'),
  );
  assert.deepEqual(countOf(opened, 'held'), [1, 1, 1, 1]);
});
