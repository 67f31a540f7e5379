// What becomes of questions when the hub dies between an answer and its pushes, or around a deadline: after the restart
// there is one answer, committed once, and no device is left with the question. On both stores. The hub is a process of
// its own, the simulated providers live on in the test's.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Delivery, Notification, NotificationResponse } from '@carillon/protocol';
import { rule } from '@carillon/simulators';
import { countOf, platforms } from '@carillon/testing/feed/delivered.ts';
import type { Platform } from '@carillon/testing/feed/push.ts';
import { openSseReader, type Reader } from '@carillon/testing/feed/readers.ts';
import { openServedPush, type ServedPush } from '@carillon/testing/feed/served-push.ts';
import { type Answered, post, send, until } from '@carillon/testing/hub/hub.ts';
import type { Served } from '@carillon/testing/hub/served.ts';
import { drawSeed, openRandom, type Random } from '@carillon/testing/machine/random.ts';

const feed = '/v1.0/me/notifications';
const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No' },
];
const deliverMaxMs = 60_000;
/** Of the four, those whose notifications a push can close. */
const closable = ['windows', 'ios', 'android'] as const;

async function ask({ baseUrl, token }: ServedPush, title: string, respondBy?: number): Promise<string> {
  const policy = { respondByDateTime: new Date(respondBy ?? 0).toISOString(), defaultActionId: 'reject' };
  const responsePolicy = respondBy === undefined ? null : policy;
  const body = post({ payload: { visualContent: { title, actions } }, responsePolicy });
  const { status, json, text } = await send(`${baseUrl}${feed}`, 'POST', { token, body });
  assert.equal(status, 201, text);
  return (json as Notification).id;
}

const respond = ({ baseUrl, token }: ServedPush, id: string, actionId: string): Promise<Answered> =>
  send(`${baseUrl}${feed}/${id}/respond`, 'POST', { token, body: { actionId } });

/** A store that is slow on a busy machine is refused with 503, and what changes nothing is asked again. */
function patiently(ask: () => Promise<Answered>): Promise<Answered> {
  return until(async () => {
    const answered = await ask();
    return answered.status === 503 ? null : answered;
  }, 'an answer of the store');
}

const get = ({ baseUrl, token }: ServedPush, path: string): Promise<Answered> =>
  patiently(() => send(`${baseUrl}${feed}${path}`, 'GET', { token }));

async function kill(served: Served): Promise<void> {
  served.process.kill('SIGKILL');
  assert.equal(await served.ended, 'SIGKILL');
}

/** The statuses of its deliveries, when all of them are final. */
function settled(opened: ServedPush, id: string): Promise<string[]> {
  const final = async () => {
    const { json, text, status } = await get(opened, `/${id}/deliveries`);
    assert.equal(status, 200, text);
    const statuses = (json.value as Delivery[]).map((each) => each.status);
    return statuses.every((each) => each !== 'pending' && each !== 'sent') ? statuses : null;
  };
  return until(final, `the deliveries of ${id} are final`, deliverMaxMs);
}

/** So many pushes came to each provider without an answer. */
function unanswered({ simulator }: ServedPush, count: number): Promise<void> {
  const { providers } = simulator.stats;
  return simulator.waitUntil(() => Object.values(providers).every(({ answers }) => answers.none === count));
}

/** These devices are told to take the question away, as far as they can be. */
async function closed({ push, devices }: ServedPush, id: string, on: readonly Platform[]): Promise<void> {
  for (const platform of closable) {
    if (!on.includes(platform)) continue;
    const told = () =>
      push.to(devices[platform]).some(({ payload }) => {
        const text = JSON.stringify(payload);
        return text.includes('close') && text.includes(id);
      });
    await until(told, `${platform} is told to close it`, deliverMaxMs);
  }
}

/** One answer in each view, which took one change; another is told it. */
async function checkAnswered(
  opened: ServedPush,
  id: string,
  { actionId, respondedBy }: Pick<NotificationResponse, 'actionId' | 'respondedBy'>,
): Promise<void> {
  const [one, response] = await Promise.all([get(opened, `/${id}`), get(opened, `/${id}/response`)]);
  assert.deepEqual([response.json.actionId, response.json.respondedBy], [actionId, respondedBy]);
  const { '@odata.context': _, ...answer } = response.json;
  const state = respondedBy === 'user' ? 'activated' : 'dismissed';
  assert.deepEqual([one.json.response, one.json.userActionState], [answer, state]);
  assert.equal(one.headers.etag, 'W/"2"', 'it was created and answered, and nothing else');
  const late = await patiently(() => respond(opened, id, actionId === 'approve' ? 'reject' : 'approve'));
  assert.deepEqual([late.status, late.json.response], [409, answer]);
}

/** What devices know, because the hub said so: question -> its answer. */
class Witness {
  readonly answered = new Map<string, NotificationResponse>();
  #cursor: string | null = null;

  /** Fails when another answer was told before. */
  #see({ id, response }: Pick<Notification, 'id' | 'response'>, where: string): void {
    if (!response) return;
    assert.deepEqual(response, this.answered.get(id) ?? response, where);
    this.answered.set(id, response);
  }

  /** Answers one after the other, until the hub is gone. */
  async answer(opened: ServedPush, ids: readonly string[], { pick }: Random): Promise<void> {
    try {
      for (const id of ids) {
        const { status, json, text } = await respond(opened, id, pick(['approve', 'reject']));
        assert.ok(status === 200 || status === 409, text);
        this.#see(json, text);
      }
    } catch (error) {
      // A killed hub resets its connections; what it answered before counts.
      if ((error as { code?: string }).code === undefined || error instanceof assert.AssertionError)
        throw error;
    }
  }

  /** Goes on where it was. */
  listen({ baseUrl, token }: ServedPush): Promise<Reader> {
    const query = this.#cursor === null ? '' : `?$deltatoken=${this.#cursor}`;
    return openSseReader({ baseUrl, token, query });
  }

  hear({ frames }: Reader): void {
    for (const frame of frames) {
      assert.ok(frame.type !== 'resync', 'the hub knows its own cursors after a crash');
      if ('cursor' in frame) this.#cursor = frame.cursor;
      if (frame.type === 'change' && 'response' in frame.value) this.#see(frame.value, 'a stream');
    }
  }
}

const perLife = 16;

/** Questions whose deadlines pass while devices answer, until the hub is killed in the midst of them. */
async function liveAround(opened: ServedPush, witness: Witness, random: Random): Promise<string[]> {
  const served = await opened.start();
  const reader = await witness.listen(opened);
  await reader.next('ready');
  const ids: string[] = [];
  for (let place = 0; place < perLife; place++)
    ids.push(await ask(opened, `question ${place}`, Date.now() + 3000 + place * 100));
  const isSettled = async () => (await get(opened, `/${ids[0]}/response`)).status === 200;
  await until(isSettled, 'the first deadline');
  // The last are answered first: their deadlines are to come.
  const [some, others] = [ids.slice(perLife / 2).reverse(), ids.slice(0, perLife / 2).reverse()];
  const work = [witness.answer(opened, some, random), witness.answer(opened, others, random)];
  const enough = witness.answered.size + 1 + random.below(perLife / 2);
  await until(() => witness.answered.size >= enough, `${enough} answers are told`);
  await kill(served);
  await Promise.all(work);
  await until(reader.closed);
  witness.hear(reader);
  return ids;
}

// Most of their time the tests wait for deadlines and leases, so those of one store run beside those of the other.
describe('questions', { concurrency: true }, () => {
  for (const store of ['sqlite', 'postgres'] as const) {
    describe(store, { concurrency: false }, () => {
      test('killed between an answer and its pushes, what was under way is not sent again and what was shown is closed', async (context) => {
        const opened = await openServedPush(context, store);
        const { simulator, start } = opened;
        const first = await start();
        const shown = await ask(opened, 'shown');
        assert.deepEqual(await settled(opened, shown), Array(platforms.length).fill('accepted'));
        simulator.script([rule('hang')]);
        const unsent = await ask(opened, 'unsent');
        await unanswered(opened, 1);
        for (const id of [shown, unsent]) assert.equal((await respond(opened, id, 'approve')).status, 200);
        await kill(first);
        simulator.script([]);
        await start();
        for (const id of [shown, unsent])
          await checkAnswered(opened, id, { actionId: 'approve', respondedBy: 'user' });
        // Whether a provider had taken what was under way nobody knows, so that it is taken away as well.
        for (const id of [shown, unsent]) await closed(opened, id, platforms);
        assert.deepEqual(await settled(opened, unsent), Array(platforms.length).fill('withdrawn'));
        assert.deepEqual(countOf(opened, 'unsent'), [0, 0, 0, 0]);
        assert.deepEqual(countOf(opened, 'shown'), [1, 1, 1, 1]);
      });

      test('a deadline that passes while the hub is dead is settled after the restart, once, and the question closed', async (context) => {
        const opened = await openServedPush(context, store);
        const { start } = opened;
        const first = await start();
        const respondBy = Date.now() + 5000;
        const id = await ask(opened, 'due', respondBy);
        await kill(first);
        await until(() => Date.now() > respondBy, 'the deadline');
        for (const _ of ['the hub that settles it', 'the next one']) {
          const served = await start();
          await until(async () => (await get(opened, `/${id}/response`)).status === 200, 'it is settled');
          await checkAnswered(opened, id, { actionId: 'reject', respondedBy: 'deadline' });
          await kill(served);
        }
        await start();
        await checkAnswered(opened, id, { actionId: 'reject', respondedBy: 'deadline' });
        for (const status of await settled(opened, id)) assert.match(status, /^(accepted|withdrawn)$/);
        const counts = countOf(opened, 'due');
        const on = platforms.filter((_, place) => counts[place] !== 0);
        await closed(opened, id, on);
      });

      const seed = drawSeed();
      test(`killed while deadlines pass and devices answer, each question has the answer that was told, once (seed ${seed})`, async (context) => {
        const random = openRandom(seed);
        const opened = await openServedPush(context, store);
        const witness = new Witness();
        const ids: string[] = [];
        for (let life = 0; life < 3; life++) ids.push(...(await liveAround(opened, witness, random)));
        await opened.start();
        const reader = await witness.listen(opened);
        const by = { user: 0, deadline: 0 };
        for (const id of ids) {
          await until(async () => (await get(opened, `/${id}/response`)).status === 200, 'it is settled');
          const { json } = await get(opened, `/${id}/response`);
          const { '@odata.context': _, ...response } = json;
          assert.deepEqual(response, witness.answered.get(id) ?? response);
          await checkAnswered(opened, id, response);
          by[response.respondedBy as keyof typeof by]++;
        }
        const told = () => {
          witness.hear(reader);
          return ids.every((id) => witness.answered.has(id));
        };
        await until(told, 'the stream tells every answer');
        reader.leave();
        context.diagnostic(`answers by ${JSON.stringify(by)}`);
      });
    });
  }
});
