import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { edges } from '@carillon/testing/feed/readers.ts';
import { converge, DeltaView, listAll, StreamView, type View } from '@carillon/testing/feed/views.ts';
import { allScope, hosts, startHub, type TestApp, type TestHub } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { drawSeed, openRandom, type Random } from '@carillon/testing/machine/random.ts';

const feed = '/v1.0/me/notifications';
const rounds = 60;
const slots = 12;
const startMs = Date.UTC(2030, 0, 1);
const lifetimeSeconds = 10_000_000;

type Action = 'post' | 'shortPost' | 'read' | 'unread' | 'dismiss' | 'snooze' | 'delete';
const actions: readonly Action[] = [
  'post',
  'post',
  'shortPost',
  'read',
  'unread',
  'dismiss',
  'snooze',
  'delete',
];

interface Round {
  /** Each slot at most once, so that the writes of a round commute and the end does not depend on who is first. */
  readonly writes: readonly { readonly slot: number; readonly action: Action }[];
  /** For each reader: connect, disconnect, or stay. */
  readonly moves: readonly ('connect' | 'disconnect' | 'stay')[];
  readonly advanceMs: number;
}

/** Everything that is left to chance, drawn before anything runs. */
function drawRounds(random: Random, readers: number): Round[] {
  return Array.from({ length: rounds }, () => {
    const chosen = new Set(Array.from({ length: 1 + random.below(6) }, () => random.below(slots)));
    return {
      writes: [...chosen].map((slot) => ({ slot, action: random.pick(actions) })),
      moves: Array.from({ length: readers }, () =>
        random.chance(0.2) ? 'disconnect' : random.chance(0.4) ? 'connect' : 'stay',
      ),
      advanceMs: random.chance(0.3) ? 1000 + random.below(4000) : 0,
    };
  });
}

/** What a slot's notification should be, by the rules of docs/api.md alone. */
interface Expected {
  readonly id: string;
  title: string;
  state: string;
  snoozeUntil: number | null;
  expires: number;
}

class Model {
  readonly slots = new Map<number, Expected>();

  /** Lets time pass: what expired is gone, what was snoozed is awake. */
  settle(now: number): void {
    for (const [slot, each] of this.slots) {
      if (each.expires <= now) this.slots.delete(slot);
      else if (each.snoozeUntil !== null && each.snoozeUntil <= now) {
        each.state = 'unread noInteraction';
        each.snoozeUntil = null;
      }
    }
  }

  get unread(): number {
    return [...this.slots.values()].filter(({ state }) => state.startsWith('unread')).length;
  }

  summary(): string[] {
    return [...this.slots]
      .sort(([a], [b]) => a - b)
      .map(([slot, { title, state, expires }]) => `${slot} ${title} ${state} ${expires}`);
  }
}

function summaryOf(listed: readonly Notification[]): string[] {
  return listed
    .map(({ appNotificationId, payload, readState, userActionState, expirationDateTime }) => {
      const title = payload.visualContent?.title;
      return `${appNotificationId} ${title} ${readState} ${userActionState} ${Date.parse(expirationDateTime)}`;
    })
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

/** Writes as several devices and services of two apps do, and keeps the model beside it. */
class Writer {
  readonly model = new Model();
  readonly #hub: TestHub;
  #revision = 0;

  constructor(hub: TestHub) {
    this.#hub = hub;
  }

  async write(slot: number, action: Action): Promise<void> {
    if (action === 'post' || action === 'shortPost') return this.#post(slot, action === 'shortPost');
    const expected = this.model.slots.get(slot);
    if (!expected) return;
    const now = this.#hub.clock.now();
    if (action === 'delete') {
      this.model.slots.delete(slot);
      await this.#send('DELETE', `${feed}/${expected.id}`, slot);
      return;
    }
    const until = action === 'snooze' ? now + 2500 : null;
    if (until !== null && until >= expected.expires) return;
    const body = {
      ...(action === 'read' || action === 'unread' ? { readState: action } : {}),
      ...(action === 'dismiss' ? { userActionState: 'dismissed' } : {}),
      ...(until === null
        ? {}
        : { userActionState: 'snoozed', snoozeUntilDateTime: new Date(until).toISOString() }),
    };
    const answer = await this.#send('PATCH', `${feed}/${expected.id}`, slot, body);
    expected.state = `${answer.readState} ${answer.userActionState}`;
    expected.snoozeUntil = answer.snoozeUntilDateTime ? Date.parse(answer.snoozeUntilDateTime) : null;
  }

  async #post(slot: number, short: boolean): Promise<void> {
    const now = this.#hub.clock.now();
    const expires = now + (short ? 3000 : 3_600_000);
    const title = `revision ${++this.#revision}`;
    const { id, contentVersion } = await this.#send('POST', feed, slot, {
      targetHostName: hosts[appOf(slot)],
      appNotificationId: String(slot),
      payload: { visualContent: { title } },
      expirationDateTime: new Date(expires).toISOString(),
    });
    const before = this.model.slots.get(slot);
    assert.equal(contentVersion > 1, before !== undefined);
    if (before) assert.equal(id, before.id);
    this.model.slots.set(slot, {
      id,
      title,
      state: 'unread noInteraction',
      snoozeUntil: null,
      expires,
    });
  }

  async #send(method: string, path: string, slot: number, body?: object): Promise<Notification> {
    const token = this.#hub.token({ user: 'alice', app: appOf(slot), lifetimeSeconds });
    const { status, json, text } = await this.#hub.request(method, path, { token, body });
    assert.ok(status >= 200 && status < 300, `${method} ${path}: ${status} ${text}`);
    return json as Notification;
  }
}

function appOf(slot: number): TestApp {
  return slot % 2 === 0 ? 'app-a' : 'app-b';
}

function openViews(hub: TestHub): { readonly steady: StreamView; readonly views: readonly View[] } {
  const all = hub.token({ user: 'alice', scopes: [allScope], lifetimeSeconds });
  const own = hub.token({ user: 'alice', lifetimeSeconds });
  const views: View[] = [];
  for (const [name, token, visibility] of [
    ['all', all, null],
    ['own', own, 'app-a'],
  ] as const) {
    for (const edge of edges)
      views.push(new StreamView({ hub, token, visibility, name: `${name} over ${edge[0]}` }, edge));
    views.push(new DeltaView({ hub, token, visibility, name: `${name} by delta` }, name === 'all' ? 2 : 5));
  }
  const [sse] = edges;
  const steady = new StreamView(
    { hub, token: all, visibility: null, name: 'steady' },
    sse as (typeof edges)[0],
  );
  return { steady, views };
}

async function move(view: View, how: Round['moves'][number] | undefined): Promise<void> {
  if (how === 'connect') await view.connect();
  else if (how === 'disconnect') await view.disconnect();
  else await view.refresh();
}

/** Moves time on, and the sweep of the feed does what the model says. */
async function advance(hub: TestHub, clock: ManualClock, model: Model, ms: number): Promise<void> {
  clock.advance(ms);
  model.settle(clock.now());
  await hub.hub.sweeper.sweep();
  const token = hub.token({ user: 'alice', scopes: [allScope], lifetimeSeconds });
  const { json } = await hub.request('GET', `${feed}/delta?$deltatoken=latest`, { token });
  assert.equal(json.unreadCount, model.unread, 'the unread count of the model');
}

/** One whole run; answers how it ended, which is the same for the same seed. */
async function play(seed: number): Promise<string[]> {
  const clock = new ManualClock(startMs);
  await using hub = await startHub({ clock });
  const writer = new Writer(hub);
  const { steady, views } = openViews(hub);
  await Promise.all([steady, ...views].map((view) => view.connect()));
  for (const { writes, moves, advanceMs } of drawRounds(openRandom(seed), views.length)) {
    const writing = writes.map(({ slot, action }) => writer.write(slot, action));
    const moving = views.map((view, index) => move(view, moves[index]));
    await Promise.all([...writing, ...moving]);
    if (advanceMs > 0) await advance(hub, clock, writer.model, advanceMs);
  }
  await Promise.all(views.map((view) => view.connect()));
  for (const view of [steady, ...views]) await converge(view);
  assert.deepEqual(
    steady.told,
    steady.told.map((_, index) => index + 1),
    'live frames are dense',
  );
  const all = hub.token({ user: 'alice', scopes: [allScope], lifetimeSeconds });
  const summary = summaryOf(await listAll(hub, all));
  assert.deepEqual(summary, writer.model.summary());
  await Promise.all([steady, ...views].map((view) => view.disconnect()));
  return summary;
}

test('whatever devices write and however they come and go, every view ends as the feed', async (context) => {
  const seed = drawSeed();
  context.diagnostic(`CARILLON_SEED=${seed}`);
  for (let run = 0; run < 4; run++) {
    await play(seed + run).catch((error: unknown) => {
      throw new Error(`with CARILLON_SEED=${seed + run}`, { cause: error });
    });
  }
});

test('the same seed plays the same and ends the same, another one does not', async () => {
  const [first, again, other] = [await play(7), await play(7), await play(8)];
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
});
