// Who reaches which operation: every kind of caller against every operation of the list. What is expected follows from the
// `access` that the operation declares; whose things a caller may see is the matter of access.test.ts.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { allScope, hosts, post, startHub, subscribe } from '@carillon/testing/hub/hub.ts';
import type { Access } from '../../../src/auth/authorize.ts';
import type { Operation } from '../../../src/operations/kernel/operation.ts';
import { operationTable } from '../../../src/operations/table.ts';

const hub = await startHub();
after(hub.close);
const unsId = await subscribe(hub);
const foreignUnsId = await subscribe(hub, {
  token: hub.token({ user: 'bob', app: 'app-b' }),
  targetHostName: hosts['app-b'],
});

/** `named`: an app that says for whom it calls; `unnamed`: one that does not; `foreign`: whoever names another's device. */
type Kind = 'nobody' | 'stranger' | 'foreign' | 'user' | 'named' | 'unnamed' | 'operator' | 'reader';
interface Caller {
  readonly kind: Kind;
  readonly token?: string;
  readonly unsId?: string;
}

const createdByApp = { token: hub.token({ user: 'alice' }), kind: 'user' } as const;
const callers: Readonly<Record<string, Caller>> = {
  'no token': { kind: 'nobody' },
  'a broken token': { kind: 'nobody', token: `${createdByApp.token.slice(0, -2)}xx` },
  'a token of an unregistered client': {
    kind: 'stranger',
    token: await strangersToken(),
  },
  'a user without a scope of the feed': {
    kind: 'stranger',
    token: hub.token({ user: 'alice', scopes: ['openid'] }),
  },
  'a user of the app': createdByApp,
  'a user of all apps': { kind: 'user', token: hub.token({ user: 'alice', scopes: [allScope] }) },
  'another user': { kind: 'user', token: hub.token({ user: 'bob' }) },
  'a user of another app': { kind: 'user', token: hub.token({ user: 'alice', app: 'app-b' }) },
  'a user with a foreign X-UNS-ID': { ...createdByApp, kind: 'foreign', unsId: foreignUnsId },
  'an app by itself': { kind: 'unnamed', token: hub.token() },
  'an app by itself with an X-UNS-ID': { kind: 'named', token: hub.token(), unsId },
  'an app by itself with a foreign X-UNS-ID': {
    kind: 'foreign',
    token: hub.token({ app: 'app-b' }),
    unsId,
  },
  'an operator': { kind: 'operator', token: hub.token({ admin: true }) },
  'an operator who reads': { kind: 'reader', token: hub.token({ operatorRead: true }) },
  'a person who is an operator and reads': {
    kind: 'reader',
    token: hub.token({ user: 'alice', operatorRead: true }),
  },
  'a person who is an operator': { kind: 'operator', token: hub.token({ user: 'alice', admin: true }) },
};

/** Of a client that was registered when the token was made, and is no more. */
async function strangersToken(): Promise<string> {
  const phone = { clientId: 'app-b-phone', public: true, redirectUris: ['http://localhost/in'] };
  const set = async (clients: readonly object[]): Promise<void> => {
    const token = hub.token({ admin: true });
    const answer = await hub.request('PATCH', '/admin/apps/app-b', { token, body: { clients } });
    assert.equal(answer.status, 200, answer.text);
  };
  await set([phone, { clientId: 'stranger', public: true }]);
  const token = hub.token({ user: 'alice', app: 'app-b', client: 'stranger' });
  await set([phone]);
  return token;
}

type Verdict = 'unauthenticated' | 'refused' | 'admitted';
const reached: Readonly<Record<Access, readonly Kind[]>> = {
  user: ['user'],
  inbox: ['user'],
  userOrApp: ['user', 'named'],
  userOrAppByPath: ['user', 'named'],
  // Its parts say for whom.
  batch: ['user', 'named', 'unnamed', 'foreign'],
  appOrUser: ['user', 'named', 'unnamed'],
  operator: ['operator'],
  operatorRead: ['operator', 'reader'],
};

function expected({ access }: Operation, { kind }: Caller): Verdict {
  if (kind === 'nobody') return 'unauthenticated';
  return reached[access].includes(kind) ? 'admitted' : 'refused';
}

const unknown = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
/** Whose feed it is comes after the body, so an operation that takes one is asked with one. */
const bodies: Readonly<Record<string, unknown>> = {
  createNotification: post(),
  explainNotification: post(),
  explainForUser: post(),
  updateStates: { ids: ['none'], readState: 'read' },
  createReceipts: { receipts: [{ id: unknown, subscriptionId: unsId, kind: 'shown' }] },
  updateNotification: { readState: 'read' },
  respondToNotification: { actionId: 'approve' },
  createSubscription: { targetHostName: hosts['app-a'], installationId: 'here', platformType: 'ios' },
  updateSubscription: { displayName: 'x' },
  runBatch: { requests: [{ id: '1', method: 'GET', url: 'me/notifications' }] },
  createChangeSubscription: {
    changeType: 'created',
    notificationUrl: 'https://endpoint.example',
    resource: 'not/watched',
    expirationDateTime: new Date(Date.now() + 60_000).toISOString(),
  },
};
const samples: Readonly<Record<string, string>> = {
  id: unknown,
  appId: 'no-app',
  host: 'new.example',
  channel: 'wns',
  user: 'nobody',
};
/** For a token that sees all apps. */
const ofInboxes = operationTable.filter(({ access }) => access === 'inbox').map(({ name }) => name);
/** Beside access, an app posts and registers under its own host names and for its own devices only. */
const otherApps: Readonly<Record<string, readonly string[]>> = {
  'a user of another app': [
    'createNotification',
    'explainNotification',
    'createSubscription',
    'createReceipts',
    ...ofInboxes,
  ],
  'another user': ['createReceipts', ...ofInboxes],
  'a user of the app': ofInboxes,
};

async function ask({ name, method, paths, body, answer }: Operation, { token, unsId: named }: Caller) {
  const place = paths[0].replace(/\{(\w+)\}/g, (_, param: string) => samples[param] ?? param);
  const path = place.startsWith('/admin/') ? place : `/v1.0${place}`;
  const response = await fetch(`${hub.baseUrl}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(named === undefined ? {} : { 'x-uns-id': named }),
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(answer.type === 'text/event-stream' ? { accept: answer.type } : {}),
    },
    ...(body ? { body: JSON.stringify(bodies[name] ?? {}) } : {}),
  });
  await response.body?.cancel();
  return response.status;
}

function verdictOf(status: number): Verdict {
  if (status === 401) return 'unauthenticated';
  return status === 403 ? 'refused' : 'admitted';
}

for (const operation of operationTable) {
  suite(`${operation.name}, for ${operation.access}`, () => {
    for (const [name, caller] of Object.entries(callers)) {
      const verdict = otherApps[name]?.includes(operation.name) ? 'refused' : expected(operation, caller);
      test(`${name}: ${verdict}`, async () => {
        const status = await ask(operation, caller);
        assert.equal(verdictOf(status), verdict, String(status));
      });
    }
  });
}

test('an app may name the user in the path only where the operation says so', async () => {
  const path = `/v1.0/users/${hub.userIds.alice}`;
  for (const operation of operationTable.filter(({ access }) => access.startsWith('userOrApp'))) {
    const { name, method, paths } = operation;
    const place = paths[0].replace('/me', path).replace('{id}', unknown);
    const answer = await hub.request(method, place, {
      token: hub.token(),
      ...(operation.body ? { body: bodies[name] } : {}),
    });
    assert.equal(answer.status === 403, operation.access === 'userOrApp', `${name}: ${answer.text}`);
  }
});

test('the contract says who may: users, apps where they send and ask what became of it, operators below /admin', () => {
  const others = {
    createNotification: 'userOrApp',
    listDeliveries: 'userOrAppByPath',
    readResponse: 'userOrAppByPath',
    runBatch: 'batch',
  };
  const inboxes = Object.fromEntries(ofInboxes.map((name) => [name, 'inbox']));
  assert.deepEqual(ofInboxes, [
    'exportMe',
    'listOwnSessions',
    'deleteOwnSession',
    'listOwnDevices',
    'updateOwnDevice',
    'deleteOwnDevice',
  ]);
  const told = operationTable.map(({ name, access }) => [name, access]);
  const wanted = operationTable.map(({ name, method, paths }) => {
    const isBelow = (place: string) => paths.every((path) => `${path}/`.startsWith(`/${place}/`));
    // Who only reads gets all that is read, but not everything of a person at once. A dry run writes nothing.
    const reads = (method === 'GET' && name !== 'exportUser') || name === 'explainForUser';
    const operators = reads ? 'operatorRead' : 'operator';
    const byPath = isBelow('admin') ? operators : isBelow('subscriptions') ? 'appOrUser' : 'user';
    return [name, Reflect.get({ ...others, ...inboxes }, name) ?? byPath];
  });
  assert.deepEqual(told, wanted);
});

test('each name and each method of a path is one operation', () => {
  const names = operationTable.map(({ name }) => name);
  const places = operationTable.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`));
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(places).size, places.length);
});
