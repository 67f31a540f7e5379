// A question that two whole hubs share, over PostgreSQL and NATS: whatever devices, deadline, replacement and deletion do
// at once on both, a content has one answer, every view of both nodes shows it, and every loser is told which it was. A
// wait at the other node ends with it, also when the bus lost it. CARILLON_SEED draws the same rounds again.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers';
import { isDeepStrictEqual } from 'node:util';
import type { Notification, NotificationResponse } from '@carillon/protocol';
import {
  type FrameOf,
  openSseReader,
  openWebSocketReader,
  type Reader,
} from '@carillon/testing/feed/readers.ts';
import { type Answered, post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { startNats } from '@carillon/testing/machine/nats.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { drawSeed, openRandom, type Random } from '@carillon/testing/machine/random.ts';

const feed = '/v1.0/me/notifications';
const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No', input: {} },
];
const deadlineMs = 10_000;
const devices = 12;
const rounds = 24;

const clock = new ManualClock();
const nats = await startNats();
const { environment, settings } = postgresAt(await (await sharedPostgres()).createDatabase());
const own = { ...settings, 'nats-url': nats.url, 'public-url': 'http://bells.example', 'drain-delay': '0' };
const start = () => startHub({ clock, environment, settings: own });
const hubs = [await start(), await start()] as const;
const [a, b] = hubs;
const token = a.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
after(async () => {
  await Promise.all(hubs.map((hub) => hub.close()));
  await nats[Symbol.asyncDispose]();
});

/** With the clock going on, for what is told a moment later. */
const soon = (so: () => boolean, what: string) =>
  until(() => {
    clock.advance(50);
    return so();
  }, what);

const inMs = (ms: number) => new Date(clock.now() + ms).toISOString();
const get = (hub: TestHub, path: string) => hub.request('GET', `${feed}${path}`, { token });

async function ask(hub: TestHub, more: Readonly<Record<string, unknown>> = {}): Promise<Notification> {
  const body = post({ payload: { visualContent: { title: 'Deploy?', actions } }, ...more });
  const { status, json, text } = await hub.request('POST', feed, { token, body });
  assert.ok(status === 201 || status === 200, text);
  return json as Notification;
}

const respond = (hub: TestHub, id: string, body: Readonly<Record<string, unknown>>) =>
  hub.request('POST', `${feed}/${id}/respond`, { token, body });

/** The bus works here, so that no wait outlasts the answer. */
async function waitFor(hub: TestHub, id: string): Promise<Answered> {
  const answer = await get(hub, `/${id}/response?waitSeconds=60`);
  assert.notEqual(answer.status, 204, 'the wait went on though there is an answer');
  return answer;
}

interface Round {
  readonly what: Between;
  readonly name: string;
  readonly readers: readonly Reader[];
  readonly random: Random;
}

const waits = (count: number) =>
  until(() => a.hub.waits.open + b.hub.waits.open === count, `${count} waits are open`);

interface Try {
  readonly actionId: string;
  readonly text: string;
  readonly contentVersion?: number;
}

interface Tried {
  readonly by: Try;
  readonly answer: Answered;
}

/** What was answered to each content of one question, however it was learned. */
class Answers {
  readonly #byContent = new Map<number, NotificationResponse>();

  get all(): NotificationResponse[] {
    return [...this.#byContent.values()];
  }

  has(response: NotificationResponse): boolean {
    return this.all.some((each) => isDeepStrictEqual(each, response));
  }

  /** Fails when another answer to the same content was seen before. */
  see({ contentVersion, response }: Notification, where: string): void {
    if (!response) return;
    assert.deepEqual(response, this.#byContent.get(contentVersion) ?? response, where);
    this.#byContent.set(contentVersion, response);
  }
}

const between = ['nothing', 'deadline', 'replacement', 'deadline, replacement', 'deletion'] as const;
type Between = (typeof between)[number];

/** Alice's devices answer on both nodes at once, each with a text of its own. Answers how each of them fared. */
function answerAtOnce(id: string, random: Random): Promise<Tried[]> {
  const spread = random.pick([1, 40, 120]);
  return Promise.all(
    Array.from({ length: devices }, async (_, device) => {
      const seen = random.pick([{}, { contentVersion: 1 }, { contentVersion: 2 }]);
      const by = { actionId: random.pick(['approve', 'reject']), text: `device ${device}`, ...seen };
      await turns(random.below(spread));
      return { by, answer: await respond(hubs[device % 2 === 0 ? 0 : 1], id, by) };
    }),
  );
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise<void>((done) => void nextTurn(done));
}

/** Does to the question what comes between the answers, each at a moment and on a node of its own. */
async function come(what: Between, { id, name, random }: Asked): Promise<void> {
  const does = {
    nothing: () => {},
    deadline: () => clock.advance(deadlineMs),
    replacement: (hub: TestHub) =>
      ask(hub, { appNotificationId: name, responsePolicy: { respondByDateTime: inMs(3 * deadlineMs) } }),
    deletion: (hub: TestHub) => hub.request('DELETE', `${feed}/${id}`, { token }),
  };
  await Promise.all(
    what.split(', ').map(async (each) => {
      const hub = random.pick(hubs);
      await turns(random.below(random.pick([1, 60])));
      await does[each as keyof typeof does](hub);
    }),
  );
}

interface Asked {
  readonly id: string;
  readonly name: string;
  readonly random: Random;
}

/** Each device knows what became of its answer, and that is what the others know. */
function checkTried(tried: readonly Tried[], answers: Answers, what: Between): void {
  for (const { by, answer } of tried) {
    const { status, json, text } = answer;
    const { error, ...entity } = json;
    if (status === 200 || status === 409) {
      answers.see(entity, text);
      assert.equal(entity.response.actionId === by.actionId, status === 200, text);
      assert.ok(entity.contentVersion <= (by.contentVersion ?? Number.MAX_SAFE_INTEGER), text);
    }
    const code = { 200: undefined, 409: 'alreadyResponded', 412: 'resourceModified', 404: 'itemNotFound' };
    assert.ok(status in code, text);
    assert.equal(error?.code, code[status as keyof typeof code], text);
    if (status === 412) assert.ok(by.contentVersion, text);
    if (status === 404) assert.equal(what, 'deletion', text);
  }
}

/** Whose answer stands was told so, and nobody else was told that theirs does. */
function checkWinners(tried: readonly Tried[], answers: Answers): void {
  for (const { respondedBy, actionId, text } of answers.all) {
    if (respondedBy === 'deadline') assert.deepEqual([actionId, text], ['reject', null]);
    else {
      const winner = tried.find(({ by }) => by.text === text);
      assert.deepEqual([winner?.answer.status, winner?.by.actionId], [200, actionId]);
    }
  }
}

type Told = FrameOf<'change'>['value'];

/** What a device was told of the question. */
function toldOf({ frames }: Reader, id: string): Told[] {
  return frames.flatMap((frame) => (frame.type === 'change' && frame.value.id === id ? [frame.value] : []));
}

/** Each answer was told once. */
function checkTold(told: readonly Told[], answers: Answers): void {
  const responses = told.flatMap((value) => {
    if (!('response' in value) || !value.response) return [];
    answers.see(value, 'a stream');
    return [JSON.stringify(value.response)];
  });
  assert.equal(new Set(responses).size, responses.length);
}

/** Every view of both nodes, and the last that every stream told, shows the same. Answers it; null when it was removed. */
async function checkViews(id: string, readers: readonly Reader[]): Promise<Notification | null> {
  const shown: unknown[] = [];
  for (const hub of hubs) {
    const [one, list, delta, response] = await Promise.all(
      [`/${id}`, '?$top=100', '/delta?$top=1000', `/${id}/response`].map((path) => get(hub, path)),
    );
    assert.ok(one && list && delta && response);
    const { '@odata.context': _, ...entity } = one.json;
    const found = [list, delta].map(
      ({ json }) => json.value.find((each: Told) => each.id === id && !('@removed' in each)) ?? null,
    );
    if (one.status === 200) {
      const { '@odata.context': __, ...answer } = response.json ?? {};
      assert.deepEqual(response.status === 200 ? answer : null, entity.response);
      assert.equal(response.status, entity.response === null ? 204 : 200);
    } else assert.deepEqual([one.status, response.status], [404, 404]);
    shown.push(one.status === 200 ? entity : null, ...found);
  }
  for (const reader of readers) {
    const last = toldOf(reader, id).at(-1) as Told;
    shown.push('@removed' in last ? null : last);
  }
  for (const each of shown) assert.deepEqual(each, shown[0]);
  return shown[0] as Notification | null;
}

/** All that was committed so far was told on these streams. */
async function toldAll(readers: readonly Reader[]): Promise<void> {
  const { json } = await a.request('POST', feed, { token, body: post() });
  const has = ({ frames }: Reader) =>
    frames.some((frame) => frame.type === 'change' && frame.value.id === json.id);
  await soon(() => readers.every(has), 'the streams tell all');
}

async function runRound({ what, name, readers, random }: Round): Promise<NotificationResponse[]> {
  const policy = { respondByDateTime: inMs(deadlineMs), defaultActionId: 'reject' };
  const { id } = await ask(random.pick(hubs), { appNotificationId: name, responsePolicy: policy });
  const waiting = Promise.all(hubs.map((hub) => waitFor(hub, id)));
  await waits(hubs.length);
  const [tried] = await Promise.all([answerAtOnce(id, random), come(what, { id, name, random })]);
  // A replacement that came last asks anew.
  const last = { actionId: 'approve', text: 'the last' };
  tried.push({ by: last, answer: await respond(random.pick(hubs), id, last) });
  await toldAll(readers);
  await soon(() => a.hub.waits.open + b.hub.waits.open === 0, 'the waits end');
  const answers = new Answers();
  for (const reader of readers) checkTold(toldOf(reader, id), answers);
  checkTried(tried, answers, what);
  checkWinners(tried, answers);
  const shown = await checkViews(id, readers);
  if (shown) answers.see(shown, 'the views');
  assert.equal(shown === null, what === 'deletion');
  for (const { status, json, text } of await waiting) {
    const { '@odata.context': _, ...response } = json;
    if (status === 404) assert.equal(what, 'deletion', text);
    else assert.ok(answers.has(response), `a wait ended with ${text}`);
  }
  return answers.all;
}

const seed = drawSeed();
test(`devices, deadline, replacement and deletion at once on two nodes: one answer, in every view (seed ${seed})`, async (context) => {
  const random = openRandom(seed);
  const ask = ({ baseUrl }: TestHub) => ({ baseUrl, token });
  const readers = [await openSseReader(ask(a)), await openWebSocketReader(ask(b))];
  await Promise.all(readers.map((reader) => reader.next('ready')));
  const by = { user: 0, deadline: 0 };
  for (let round = 0; round < rounds; round++) {
    const what = between[round % between.length] ?? 'nothing';
    const all = await runRound({ what, name: `deploy ${round}`, readers, random });
    for (const { respondedBy } of all) by[respondedBy]++;
  }
  context.diagnostic(`answers by ${JSON.stringify(by)}`);
  for (const reader of readers) reader.leave();
});

/** One wait, which ends before its time is over or fails the test. */
async function waitOnce(hub: TestHub, id: string): Promise<unknown> {
  const { json, status } = await get(hub, `/${id}/response?waitSeconds=60`);
  return [status, json?.actionId, json?.respondedBy];
}

/** The nodes compare what they have with the store while they are apart, and when they are together again. */
async function compare(): Promise<void> {
  let left = 40;
  const ended = () => {
    if (left-- > 0) clock.advance(1000);
    return a.hub.waits.open + b.hub.waits.open === 0;
  };
  await until(ended, 'the waits end');
}

test('a wait ends with the answer of the other node that the bus lost, by a device or by the deadline', async () => {
  const policy = { respondByDateTime: inMs(deadlineMs), defaultActionId: 'reject' };
  const [set, unset] = [await ask(a, { responsePolicy: policy }), await ask(a)];
  const waiting = Promise.all([set, unset].map(({ id }) => waitOnce(b, id)));
  await waits(2);
  // What is published from here on stays in the server's sockets, and is gone with them.
  nats.freeze();
  const answered = await respond(a, unset.id, { actionId: 'approve' });
  assert.equal(answered.status, 200, answered.text);
  clock.advance(deadlineMs);
  await until(async () => (await get(a, `/${set.id}/response`)).status === 200, 'the deadline');
  await nats.restart();
  await compare();
  assert.deepEqual(await waiting, [
    [200, 'reject', 'deadline'],
    [200, 'approve', 'user'],
  ]);
});

test('a wait ends with the answer of the other node while there is no bus', async () => {
  const { id } = await ask(a);
  const waiting = waitOnce(b, id);
  await waits(1);
  await nats.kill();
  assert.equal((await respond(a, id, { actionId: 'reject' })).status, 200);
  await compare();
  assert.deepEqual(await waiting, [200, 'reject', 'user']);
  await nats.restart();
});
