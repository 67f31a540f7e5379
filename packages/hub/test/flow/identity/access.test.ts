// No principal reads or changes a feed that isn't theirs: every operation on a feed, through every edge, for every kind
// of caller, against the notification and the subscription that app-a made for alice.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { edges, Refused } from '@carillon/testing/feed/readers.ts';
import { assertErrorShape } from '@carillon/testing/hub/assert-error.ts';
import { allScope, hosts, post, startHub, subscribe } from '@carillon/testing/hub/hub.ts';
import type { Access } from '../../../src/auth/authorize.ts';
import { operationTable } from '../../../src/operations/table.ts';

const hub = await startHub();
after(hub.close);

/** Stands in everything that only alice, through app-a, may ever see. */
const mark = 'for alice through app-a alone';
const own = hub.token({ user: 'alice' });
const unsId = await subscribe(hub, { displayName: mark });
const made = await hub.request('POST', '/v1.0/me/notifications', {
  token: own,
  body: post({ groupName: mark }),
});
const aliceCursor = await deltaLink();

async function deltaLink(): Promise<string> {
  const { json } = await hub.request('GET', '/v1.0/me/notifications/delta', { token: own });
  return new URL(json['@odata.deltaLink']).searchParams.get('$deltatoken') as string;
}

/** What app-b's service gets of the embedded provider in alice's name when it asks for all that it was granted. */
async function allGranted(scope = '.default'): Promise<{ access_token?: string; error?: string }> {
  const assertion = hub.token({ user: 'alice', app: 'app-b', audience: 'app-b', scopes: ['any'] });
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: 'app-b',
    client_secret: 'secret of app-b',
    requested_token_use: 'on_behalf_of',
    ...{ assertion, scope },
  };
  const body = new URLSearchParams(form);
  return (await (await fetch(`${hub.baseUrl}/identity/token`, { method: 'POST', body })).json()) as object;
}

const { access_token: withoutGrant } = await allGranted();
assert.equal((await allGranted(allScope)).error, 'invalid_scope');
const appB = hub.registry.apps.findById('app-b');
assert.ok(appB && withoutGrant);
const seesAll = appB.clients.map((client) => ({ ...client, scopes: [allScope] }));
await hub.registry.apps.put({ ...appB, clients: seesAll });
const { access_token: withGrant } = await allGranted(allScope);
assert.ok(withGrant);

interface Caller {
  readonly token: string | undefined;
  readonly headers?: Record<string, string>;
}

const callers = {
  nobody: { token: undefined },
  'another user': { token: hub.token({ user: 'bob' }) },
  'another user with a foreign X-UNS-ID': {
    token: hub.token({ user: 'bob' }),
    headers: { 'X-UNS-ID': unsId },
  },
  'another user who sees all apps': { token: hub.token({ user: 'bob', scopes: [allScope] }) },
  // Of a client that no operator gave the scope of all apps; the inbox below has it.
  'another app of the user': { token: withoutGrant },
  'another app of the user, with a foreign X-UNS-ID': {
    token: hub.token({ user: 'alice', app: 'app-b' }),
    headers: { 'X-UNS-ID': unsId },
  },
  'the app by itself': { token: hub.token() },
  'the app by itself with an X-UNS-ID': { token: hub.token(), headers: { 'X-UNS-ID': unsId } },
  'another app by itself, with a foreign X-UNS-ID': {
    token: hub.token({ app: 'app-b' }),
    headers: { 'X-UNS-ID': unsId },
  },
  'an operator': { token: hub.token({ admin: true, app: undefined, user: undefined }) },
  'an operator who reads': { token: hub.token({ operatorRead: true, app: undefined, user: undefined }) },
  'the user without a scope of the feed': { token: hub.token({ user: 'alice', scopes: ['openid'] }) },
  'an inbox of the user': { token: withGrant },
  'the user through the app': { token: own },
  'the user through the phone of the app': { token: hub.token({ user: 'alice', client: 'app-a-phone' }) },
} as const satisfies Record<string, Caller>;
type CallerName = keyof typeof callers;

/** The status under `me`, and the one under `users/{alice}`. */
type Outcome = readonly [me: number, named: number];

const never: Readonly<Partial<Record<CallerName, Outcome>>> = {
  nobody: [401, 401],
  'another user with a foreign X-UNS-ID': [403, 403],
  'another app of the user, with a foreign X-UNS-ID': [403, 403],
  'the app by itself': [403, 403],
  'the app by itself with an X-UNS-ID': [403, 403],
  'another app by itself, with a foreign X-UNS-ID': [403, 403],
  'an operator': [403, 403],
  'an operator who reads': [403, 403],
  'the user without a scope of the feed': [403, 403],
};

interface Row {
  /** The status when it is allowed. */
  readonly done: number;
  /** Whoever calls. */
  readonly always?: Outcome;
  readonly body?: () => unknown;
  /** Names one thing of alice's, so that whoever may not see it finds nothing. */
  readonly id?: () => string;
  /** What differs from: others 404 on an id and get their own on a collection; alice's inbox may. */
  readonly but?: Readonly<Partial<Record<CallerName, Outcome>>>;
}

/** Subscriptions and posts are an app's own, also for a token that sees the notifications of all apps. */
const foreignHost = {
  'another app of the user': [403, 403],
  'an inbox of the user': [403, 403],
} as const;
const foreignSubscription = { 'an inbox of the user': [404, 404] } as const;

const device = () => ({
  targetHostName: hosts['app-a'],
  installationId: 'of a caller',
  displayName: 'x',
  platformType: 'ios',
});
const fresh = { notification: '', subscription: '' };
const notification = () => fresh.notification;
const subscription = () => fresh.subscription;

/** Change subscriptions are no part of a feed; who sees which is in flow/webhooks. */
const others: readonly Access[] = ['operator', 'operatorRead', 'inbox', 'batch', 'appOrUser'];
const operations = operationTable.filter(({ access }) => !others.includes(access));

const rows: Readonly<Record<string, Row>> = {
  createNotification: {
    done: 201,
    body: () => post({ groupName: 'of a caller' }),
    but: { ...foreignHost, 'the app by itself with an X-UNS-ID': [201, 201] },
  },
  listNotifications: { done: 200 },
  countNotifications: { done: 200 },
  readDelta: { done: 200 },
  // Plain HTTP is no way to open one, and headers come before who calls; its own edges are below.
  openStream: { done: 400, always: [400, 400] },
  createStreamTicket: { done: 200 },
  updateStates: { done: 200, body: () => ({ ids: [fresh.notification], readState: 'read' }) },
  getNotification: { done: 200, id: notification },
  explainNotification: {
    done: 200,
    body: () => post({ groupName: 'of a caller' }),
    but: foreignHost,
  },
  createReceipts: {
    done: 200,
    body: () => ({
      receipts: [{ id: fresh.notification, subscriptionId: fresh.subscription, kind: 'shown' }],
    }),
    but: {
      ...foreignHost,
      'another user': [403, 403],
      'another user who sees all apps': [403, 403],
    },
  },
  listDeliveries: {
    done: 200,
    id: notification,
    but: { 'the app by itself': [403, 200], 'the app by itself with an X-UNS-ID': [200, 200] },
  },
  updateNotification: { done: 200, id: notification, body: () => ({ userActionState: 'dismissed' }) },
  readResponse: {
    done: 204,
    id: notification,
    but: { 'the app by itself': [403, 204], 'the app by itself with an X-UNS-ID': [204, 204] },
  },
  respondToNotification: { done: 200, id: notification, body: () => ({ actionId: 'approve' }) },
  deleteNotification: { done: 204, id: notification },
  getPreferences: { done: 200 },
  updatePreferences: { done: 200, body: () => ({ mutes: [{ groupName: 'of a caller' }] }) },
  createSubscription: { done: 200, body: device, but: foreignHost },
  listSubscriptions: { done: 200 },
  getSubscription: { done: 200, id: subscription, but: foreignSubscription },
  updateSubscription: {
    done: 200,
    id: subscription,
    body: () => ({ displayName: 'taken' }),
    but: foreignSubscription,
  },
  getMe: { done: 200 },
  listNotificationApps: { done: 200 },
  // This hub passes on none; who sees which is in flow/requests/pictures.test.ts.
  getAppIcon: { done: 404 },
  getPicture: { done: 404, id: notification },
  deleteSubscription: { done: 204, id: subscription, but: foreignSubscription },
};

const allowed: readonly CallerName[] = [
  'an inbox of the user',
  'the user through the app',
  'the user through the phone of the app',
];

function outcomeOf({ done, always, id, but }: Row, caller: CallerName): Outcome {
  if (always) return always;
  const told = but?.[caller] ?? never[caller];
  if (told) return told;
  if (allowed.includes(caller)) return [done, done];
  const missed = id ? 404 : done;
  return caller.startsWith('another user') ? [missed, 403] : [missed, missed];
}

/** A notification and a subscription for this one call to try its hand on. */
async function renew(): Promise<void> {
  const actions = [{ id: 'approve', title: 'Deploy' }];
  const body = post({ groupName: mark, payload: { visualContent: { title: 'Deploy?', actions } } });
  fresh.notification = (await hub.request('POST', '/v1.0/me/notifications', { token: own, body })).json.id;
  fresh.subscription = await subscribe(hub, { installationId: 'target', displayName: mark });
  // So that registering the same device again answers 200 to each.
  for (const user of ['alice', 'bob'] as const)
    await subscribe(hub, { token: hub.token({ user }), ...device() });
}

/** Everything of alice's that app-a made, as she sees it. */
async function aliceSees(): Promise<string> {
  const paths = [`/notifications/${fresh.notification}`, `/notificationSubscriptions/${fresh.subscription}`];
  const answers = await Promise.all(
    paths.map((path) => hub.request('GET', `/v1.0/me${path}`, { token: own })),
  );
  return JSON.stringify(answers.map(({ status, text }) => [status, text]));
}

function found(name: string) {
  const operation = operations.find((each) => each.name === name);
  assert.ok(operation);
  return operation;
}

function rowOf(name: string): Row {
  const row = rows[name];
  assert.ok(row, `${name} needs a row here`);
  return row;
}

async function call(operation: string, caller: CallerName, user: string) {
  const { method, paths } = found(operation);
  const { id, body } = rowOf(operation);
  const path = `/v1.0${paths[0].replace(/^\/me(?=\/|$)/, `/${user}`).replace('{id}', encodeURIComponent(id?.() ?? ''))}`;
  const { token, headers }: Caller = callers[caller];
  return hub.request(method, path, {
    token,
    ...(headers ? { headers } : {}),
    ...(body ? { body: body() } : {}),
  });
}

for (const { name: operation } of operations) {
  suite(operation, () => {
    for (const caller of Object.keys(callers) as CallerName[]) {
      const [me, named] = outcomeOf(rowOf(operation), caller);
      test(`${caller}: ${me} for me, ${named} for alice by name`, async () => {
        const users = ['me', `users/${hub.userIds.alice}`, 'users/alice%40contoso.example'];
        for (const [index, user] of users.entries()) {
          await renew();
          const before = await aliceSees();
          const answer = await call(operation, caller, user);
          assert.equal(answer.status, index === 0 ? me : named, answer.text);
          if (answer.status >= 400) assertErrorShape(answer);
          if (allowed.includes(caller)) continue;
          assert.equal(await aliceSees(), before, 'nothing of hers has changed');
          assert.ok(!answer.text.includes(mark), 'nothing of hers was told');
        }
      });
    }
  });
}

test('the counts that others are told are not moved by what alice has', async () => {
  for (const caller of ['another user', 'another app of the user'] as const) {
    const counts = async () => [
      (await call('countNotifications', caller, 'me')).text,
      (await call('readDelta', caller, 'me')).json.unreadCount,
    ];
    const before = await counts();
    await renew();
    assert.deepEqual(await counts(), before);
    const { json } = await call('updateStates', caller, 'me');
    assert.deepEqual([json.updatedCount, json.notFound], [0, [fresh.notification]]);
  }
});

test('a cursor of another user or app, and a page token of another user, are worth nothing', async () => {
  for (const caller of ['another user', 'another app of the user', 'an inbox of the user'] as const) {
    const { token } = callers[caller];
    const path = `/v1.0/me/notifications/delta?$deltatoken=${aliceCursor}`;
    assert.equal((await hub.request('GET', path, { token })).status, 410);
  }
  const page = await hub.request('GET', '/v1.0/me/notifications?$top=1', { token: own });
  const next = new URL(page.json['@odata.nextLink']);
  const { token } = callers['another user'];
  assert.equal((await hub.request('GET', next.pathname + next.search, { token })).status, 400);
});

test('an id is found in any case by its owner, and by nobody else under any user', async () => {
  const path = `/notifications/${made.json.id.toUpperCase()}`;
  assert.equal((await hub.request('GET', `/v1.0/me${path}`, { token: own })).status, 200);
  const { token } = callers['another user'];
  assert.equal((await hub.request('GET', `/v1.0/users/${hub.userIds.bob}${path}`, { token })).status, 404);
});

for (const [edge, open] of edges) {
  suite(`openStream over ${edge}`, () => {
    const refused: Readonly<Partial<Record<CallerName, number>>> = Object.fromEntries(
      Object.entries(never).map(([caller, [status]]) => [caller, status]),
    );
    for (const [caller, { token, headers }] of Object.entries(callers) as [CallerName, Caller][]) {
      const status = refused[caller];
      const ask = { baseUrl: hub.baseUrl, token, ...(headers ? { headers } : {}) };
      if (status !== undefined) {
        test(`${caller}: ${status}`, async () => {
          await assert.rejects(
            open(ask),
            (error) => error instanceof Refused && error.answer.status === status,
          );
        });
        continue;
      }
      const sees = allowed.includes(caller);
      test(`${caller}: ${sees ? 'is told of' : 'is told nothing of'} what app-a posts for alice`, async () => {
        const reader = await open(ask);
        try {
          await reader.next('ready');
          const body = post({ groupName: mark });
          await hub.request('POST', '/v1.0/me/notifications', { token: own, body });
          // What the caller's own app posts for the caller comes after it, and so ends the wait.
          const app = caller.includes('another app') ? 'app-b' : 'app-a';
          const user = caller.startsWith('another user') ? 'bob' : 'alice';
          const later = post({ targetHostName: hosts[app], groupName: 'the end' });
          await hub.request('POST', '/v1.0/me/notifications', {
            token: hub.token({ user, app }),
            body: later,
          });
          await reader.next('change', sees ? 2 : 1);
          const told = JSON.stringify(reader.frames);
          assert.ok(told.includes('the end'));
          assert.equal(told.includes(mark), sees);
        } finally {
          reader.leave();
        }
      });
    }

    test('a ticket opens the stream of whom it was given to, once', async () => {
      const { token } = callers['another user'];
      const { json } = await hub.request('POST', '/v1.0/me/notifications/streamTicket', { token });
      const ask = { baseUrl: hub.baseUrl, query: `?ticket=${json.ticket}` };
      const reader = await open(ask);
      assert.equal((await reader.next('ready')).unreadCount, await unreadOfBob());
      reader.leave();
      await assert.rejects(open(ask), (error) => error instanceof Refused && error.answer.status === 401);
    });
  });
}

async function unreadOfBob(): Promise<number> {
  const { token } = callers['another user'];
  return (await hub.request('GET', '/v1.0/me/notifications/delta', { token })).json.unreadCount;
}
