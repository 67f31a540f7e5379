// A hub that pushes under a clock that the test drives, and one of its users as seen from outside.
//   const driven = await startDriven();
//   const id = await driven.create();
//   await driven.drive(async () => (await driven.delivery(id, device)).status === 'accepted');
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers';
import type { Delivery } from '@carillon/protocol';
import type { Delivered } from '@carillon/simulators';
import type { HubOverrides } from '../hub/hub.ts';
import { type Answered, post, type RequestOptions, type TestUser, until } from '../hub/hub.ts';
import { ManualClock } from '../machine/manual-clock.ts';
import { type Device, type PushHub, startPush } from './push.ts';

type More = Readonly<Record<string, unknown>>;

export interface Asking extends RequestOptions {
  readonly user?: TestUser;
  /** The device that asks. */
  readonly as?: Device;
}

export interface DrivenPush extends AsyncDisposable {
  readonly push: PushHub;
  readonly clock: ManualClock;
  ask(method: string, path: string, asking?: Asking): Promise<Answered>;
  /** Posts a notification for a user and answers its id. */
  create(more?: More, user?: TestUser): Promise<string>;
  deliveries(id: string, user?: TestUser): Promise<Delivery[]>;
  /** The delivery of that kind to that device. */
  delivery(id: string, device: Device, kind?: Delivery['kind'], user?: TestUser): Promise<Delivery>;
  /** What was delivered to a device to tell of a notification, not to close it. */
  about(device: Device, id: string): Delivered[];
  /** Lets everything that is due now be tried, and every attempt end. */
  settle(): Promise<void>;
  /** Moves the clock, step by step, until the condition holds; answers how long that took. */
  drive(condition: () => boolean | Promise<boolean>, options?: DriveOptions): Promise<number>;
  /** Moves the clock by so much, step by step. */
  pass(ms: number, stepMs?: number): Promise<void>;
}

export interface DriveOptions {
  readonly stepMs?: number;
  /** Of the driven clock: then the test fails. */
  readonly maxMs?: number;
}

const stepDefaultMs = 500;

export async function startDriven(overrides: HubOverrides = {}): Promise<DrivenPush> {
  const clock = new ManualClock();
  const push = await startPush({ clock, ...overrides });

  const ask: DrivenPush['ask'] = (method, path, { user = 'alice', as, headers, ...rest } = {}) =>
    push.hub.request(method, `/v1.0/me/${path}`, {
      token: push.hub.token({ user }),
      headers: { ...headers, ...(as ? { 'X-UNS-ID': as.unsId } : {}) },
      ...rest,
    });
  const deliveries: DrivenPush['deliveries'] = async (id, user = 'alice') => {
    const { json, text } = await ask('GET', `notifications/${id}/deliveries`, { user });
    assert.ok(json?.value, text);
    return json.value as Delivery[];
  };
  const settle = async (): Promise<void> => {
    const { dispatcher, sweeper } = push.hub.hub;
    assert.ok(dispatcher, 'this hub pushes');
    await sweeper.sweep();
    await dispatcher.sweep();
    for (let quiet = 0; quiet < 3; quiet++) {
      if (dispatcher.isBusy) quiet = 0;
      await new Promise<void>((resolve) => void nextTurn(resolve));
      await until(() => !dispatcher.isBusy, 'the end of all attempts');
    }
  };
  return {
    push,
    clock,
    ask,
    async create(more = {}, user = 'alice') {
      const { json, text, status } = await ask('POST', 'notifications', { user, body: post(more) });
      assert.ok(status === 201 || status === 200, text);
      return json.id as string;
    },
    deliveries,
    async delivery(id, device, kind = 'notify', user = 'alice') {
      const found = (await deliveries(id, user)).find(
        (each) => each.subscriptionId === device.unsId && each.kind === kind,
      );
      assert.ok(found, `there is no ${kind} to that device`);
      return found;
    },
    about: (device, id) => push.to(device).filter((each) => withoutClose(each).includes(id)),
    settle,
    async drive(condition, { stepMs = stepDefaultMs, maxMs = 120_000 } = {}) {
      const from = clock.now();
      for (;;) {
        await settle();
        if (await condition()) return clock.now() - from;
        assert.ok(clock.now() - from < maxMs, 'it did not come true while the clock was driven');
        clock.advance(stepMs);
      }
    },
    async pass(ms, stepMs = stepDefaultMs) {
      const until = clock.now() + ms;
      await settle();
      while (clock.now() < until) {
        clock.advance(Math.min(stepMs, until - clock.now()));
        await settle();
      }
    },
    [Symbol.asyncDispose]: () => push[Symbol.asyncDispose](),
  };
}

/** The ids to close stand in every push, in FCM's as JSON within JSON. */
function withoutClose(push: Delivered): string {
  return JSON.stringify(push).replace(/\\*"close\\*":\[[^\]]*\]/g, '');
}
