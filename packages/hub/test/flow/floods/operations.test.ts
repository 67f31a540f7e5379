// Every operation of the list, called by one caller as often and as much at once as a small machine can: others are answered
// meanwhile, each answer has a status that the documents name, and the memory of it is given back.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { errorTable } from '@carillon/protocol';
import { hosts, post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { statusesOf } from '../../../src/operations/kernel/answer.ts';
import type { Operation } from '../../../src/operations/kernel/operation.ts';
import { operationTable } from '../../../src/operations/table.ts';

const callsMax = 200;
const atOnce = 40;
/** bound: of one flood, so that all of them end within a minute on a quiet machine */
const floodMs = 700;
const marginBytes = 24 * 1024 * 1024;

const hub = await startHub({
  hostVerifier: {
    check: async () => {},
    verify: async () => ({ by: null, dns: 'nothing', wellKnown: 'nothing' }),
  },
});
after(hub.close);
const alice = hub.token({ user: 'alice' });
const bob = hub.token({ user: 'bob' });
const operator = hub.token({ admin: true });
const unsId = await subscribe(hub);
const notification: string = (await create()).json.id;

function create() {
  return hub.request('POST', '/v1.0/me/notifications', { token: alice, body: post() });
}

const bodies: Readonly<Record<string, () => unknown>> = {
  createNotification: () => post({ payload: { rawContent: 'x'.repeat(10_000) } }),
  explainNotification: () => post(),
  explainForUser: () => post(),
  updateStates: () => ({ all: true, readState: 'read' }),
  createReceipts: () => ({ receipts: [{ id: notification, subscriptionId: unsId, kind: 'shown' }] }),
  updateNotification: () => ({ readState: 'read' }),
  updatePreferences: () => ({ mutes: [{ groupName: randomUUID() }] }),
  respondToNotification: () => ({ actionId: 'approve' }),
  createSubscription: () => ({ targetHostName: hosts['app-a'], installationId: 'here', platformType: 'ios' }),
  updateSubscription: () => ({ displayName: 'x' }),
  runBatch: () => ({ requests: Array.from({ length: 20 }, batchedRead) }),
  createChangeSubscription: () => ({
    changeType: 'created',
    notificationUrl: 'https://127.0.0.1:1/',
    resource: 'me/notifications',
    expirationDateTime: new Date(Date.now() + 60_000).toISOString(),
  }),
  createUser: () => ({ name: `${randomUUID()}@contoso.example` }),
  addHost: () => ({ host: `${randomUUID()}.example` }),
};
const batchedRead = (_: unknown, index: number) => ({
  ...{ id: `${index}`, method: 'GET', url: 'me/notifications' },
});
const samples: Readonly<Record<string, string>> = {
  appId: 'app-a',
  host: 'new.example',
  channel: 'wns',
  user: 'nobody',
};

/** Whoever is to be changed or removed for good is not there. */
function idFor({ paths: [path], name, method }: Operation): string {
  if (path.startsWith('/admin/users/')) return method === 'GET' ? hub.userIds.alice : 'nobody';
  return /^(get|update|delete)Subscription$/.test(name) ? unsId : notification;
}

function pathOf(operation: Operation): string {
  const [path] = operation.paths;
  const id = idFor(operation);
  const place = path.replace(/\{(\w+)\}/g, (_, param: string) =>
    param === 'id' ? id : (samples[param] ?? param),
  );
  return place.startsWith('/admin/') ? place : `/v1.0${place}`;
}

async function ask(operation: Operation): Promise<number> {
  const { method, access, body, answer, name } = operation;
  const response = await fetch(`${hub.baseUrl}${pathOf(operation)}`, {
    method,
    headers: {
      authorization: `Bearer ${access.startsWith('operator') ? operator : alice}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(answer.type === 'text/event-stream' ? { accept: answer.type } : {}),
    },
    ...(body ? { body: JSON.stringify(bodies[name]?.() ?? {}) } : {}),
  });
  // A stream is left as soon as it is open.
  if (answer.type === 'text/event-stream') await response.body?.cancel();
  else await response.arrayBuffer();
  return response.status;
}

/** Up to a number of calls and for a moment; answers their statuses. */
async function flood(operation: Operation): Promise<Set<number>> {
  const statuses = new Set<number>();
  const end = AbortSignal.timeout(floodMs);
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (calls++ < callsMax && !end.aborted) statuses.add(await ask(operation));
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return statuses;
}

async function othersAreAnswered(): Promise<void> {
  for (const path of ['/healthz', '/v1.0/me/notifications']) {
    const { status } = await hub.request('GET', path, { token: bob });
    assert.equal(status, 200, path);
  }
}

const collect: unknown = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
})();

function heapBytes(): number {
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

/** 500 is a defect of the hub. */
const refusals = Object.values(errorTable).flatMap(({ v1 }) => (v1 === 500 ? [] : [v1]));

describe('a flood of', () => {
  for (const operation of operationTable) {
    test(`${operation.name}: others are answered, each status is documented, and memory returns`, async () => {
      await ask(operation);
      const before = heapBytes();
      const flooding = flood(operation);
      for (let each = 0; each < 3; each++) await othersAreAnswered();
      const documented = new Set<number>([...statusesOf(operation.answer), ...refusals]);
      for (const status of await flooding) assert.ok(documented.has(status), `it answered ${status}`);
      await othersAreAnswered();
      await until(() => heapBytes() < before + marginBytes, `the memory of ${operation.name} returned`);
      await until(() => hub.hub.fanOut.open === 0);
    });
  }
});
