// The SDK of app services against a real hub: posts that are repeated, questions and their answers, errors by their code,
// tokens from the embedded provider.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { hosts, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { Carillon, CarillonError, clientCredentials, onBehalfOf } from '../src/index.ts';

const post = (more: object = {}) => ({
  targetHostName: hosts['app-a'],
  payload: { visualContent: { title: 'Deploy?', ...more } },
});
const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No' },
];

/** Fetches like the platform, after these failures: a status, or null for a connection that breaks after the answer was made. */
function failing(...failures: readonly (number | null)[]): typeof fetch {
  const left = [...failures];
  return async (url, init) => {
    const failure = left.shift();
    if (failure === undefined) return fetch(url, init);
    if (failure !== null) return new Response('{}', { status: failure, headers: { 'retry-after': '0' } });
    await fetch(url, init);
    throw new TypeError('fetch failed', { cause: new Error('other side closed') });
  };
}

suite('@carillon/server', () => {
  let hub: TestHub;
  let carillon: Carillon;

  before(async () => {
    hub = await startHub();
    carillon = new Carillon({ baseUrl: `${hub.baseUrl}/`, token: hub.token({ user: 'alice' }) });
  });
  after(() => hub.close());

  const respond = (id: string, actionId: string) =>
    hub.request('POST', `/v1.0/me/notifications/${id}/respond`, {
      token: hub.token({ user: 'alice' }),
      body: { actionId },
    });
  const countOf = async (): Promise<number> => {
    const token = hub.token({ user: 'alice' });
    return Number((await hub.request('GET', '/v1.0/me/notifications/$count', { token })).text);
  };

  test('posts, replaces by name, reads and takes back', async () => {
    const { notification, result } = await carillon.post(post());
    assert.equal(result, 'created');
    const appNotificationId = notification.appNotificationId ?? '';
    const again = await carillon.post({ ...post({ body: 'now' }), appNotificationId });
    assert.deepEqual([again.result, again.notification.id], ['replaced', notification.id]);
    assert.equal((await carillon.get(notification.id)).contentVersion, 2);
    await carillon.cancel(notification.id);
    await carillon.cancel(notification.id);
    await assert.rejects(carillon.get(notification.id), {
      name: 'CarillonError',
      status: 404,
      code: 'itemNotFound',
    });
  });

  test('a post whose answer was lost is repeated and makes one notification', async () => {
    const before = await countOf();
    const shaky = new Carillon({
      baseUrl: hub.baseUrl,
      token: hub.token({ user: 'alice' }),
      fetch: failing(503, null),
    });
    const { result } = await shaky.post(post());
    assert.equal(result, 'repeated');
    assert.equal(await countOf(), before + 1);
  });

  test('what the hub refuses is not tried again, and the error names the member', async () => {
    let asked = 0;
    const counting: typeof fetch = (url, init) => {
      asked += 1;
      return fetch(url, init);
    };
    const careful = new Carillon({
      baseUrl: hub.baseUrl,
      token: hub.token({ user: 'alice' }),
      fetch: counting,
    });
    await assert.rejects(careful.post(post({ title: '' })), (error: CarillonError) => {
      assert.deepEqual([error.status, error.code, error.passes], [400, 'invalidRequest', false]);
      assert.equal(error.target, 'payload.visualContent.title');
      assert.match(error.requestId ?? '', /^[0-9a-f-]{36}$/);
      return true;
    });
    assert.equal(asked, 1);
  });

  test('a hub that is away is an error that passes, after the attempts', async () => {
    const away = new Carillon({ baseUrl: 'http://127.0.0.1:9', token: 'x', attempts: 1 });
    await assert.rejects(away.post(post()), { status: 0, code: 'unreachable', passes: true });
  });

  test('a token that the hub refuses is renewed once', async () => {
    const renewals: boolean[] = [];
    const token = (renew: boolean): string => {
      renewals.push(renew);
      return renew ? hub.token({ user: 'alice' }) : 'stale';
    };
    await new Carillon({ baseUrl: hub.baseUrl, token }).post(post());
    assert.deepEqual(renewals, [false, true]);
    const nobody = new Carillon({ baseUrl: hub.baseUrl, token: 'stale' });
    await assert.rejects(nobody.post(post()), { status: 401, code: 'InvalidAuthenticationToken' });
  });

  test('asks, waits and has the answer; the deadline answers for whoever did not', async () => {
    // Alice answers once the question is stored, which the service does not know yet.
    const answered: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (init?.method === 'POST')
        await respond(((await answer.clone().json()) as { id: string }).id, 'approve');
      return answer;
    };
    const token = hub.token({ user: 'alice' });
    const { response } = await new Carillon({ baseUrl: hub.baseUrl, token, fetch: answered }).ask(
      post({ actions }),
    );
    assert.deepEqual([response.actionId, response.respondedBy], ['approve', 'user']);
    const late = await carillon.ask(post({ actions }), { timeoutSeconds: 1, defaultActionId: 'reject' });
    assert.deepEqual([late.response.actionId, late.response.respondedBy], ['reject', 'deadline']);
  });

  test('a wait ends with its signal, and when the question is taken back', async () => {
    const { notification } = await carillon.post(post({ actions }));
    assert.equal(await carillon.getResponse(notification.id), null);
    const leaving = new AbortController();
    const left = carillon.waitForResponse(notification.id, { signal: leaving.signal });
    leaving.abort(new Error('gone'));
    await assert.rejects(left, { message: 'gone' });
    const waiting = carillon.waitForResponse(notification.id);
    await carillon.cancel(notification.id);
    await assert.rejects(waiting, { status: 404 });
  });

  test('the app itself posts by a device and waits under users/{id}; its token comes from its credentials', async () => {
    const { json } = await hub.request('POST', '/v1.0/me/notificationSubscriptions', {
      token: hub.token({ user: 'alice' }),
      body: { targetHostName: hosts['app-a'], installationId: 'phone', platformType: 'android' },
    });
    const token = clientCredentials({
      tokenUrl: `${hub.baseUrl}/identity/token`,
      clientId: 'app-a',
      clientSecret: 'secret of app-a',
    });
    const service = new Carillon({ baseUrl: hub.baseUrl, token });
    const { notification } = await service.post(post({ actions }), { unsId: json.id });
    await respond(notification.id, 'reject');
    const response = await service.waitForResponse(notification.id, { user: hub.userIds.alice });
    assert.equal(response.actionId, 'reject');
  });

  test("On-Behalf-Of turns the caller's token into one for the hub; a wrong secret says so", async () => {
    const assertion = hub.token({ user: 'alice', audience: 'app-a' });
    const endpoint = { tokenUrl: `${hub.baseUrl}/identity/token`, clientId: 'app-a', assertion };
    const token = onBehalfOf({ ...endpoint, clientSecret: 'secret of app-a' });
    assert.equal((await new Carillon({ baseUrl: hub.baseUrl, token }).post(post())).result, 'created');
    const wrong = onBehalfOf({ ...endpoint, clientSecret: 'another' });
    await assert.rejects(async () => wrong(false), { status: 401, code: 'invalid_client' });
  });

  test('posts many, twenty a request: what is refused is its error, the others are there', async () => {
    const before = await countOf();
    let requests = 0;
    const counting: typeof fetch = (url, init) => {
      requests += 1;
      return fetch(url, init);
    };
    const many = new Carillon({ baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }), fetch: counting });
    const posts = Array.from({ length: 45 }, (_, at) => post({ title: at === 30 ? '' : `Order ${at}` }));
    const ends = await many.postMany(posts);
    assert.equal(requests, 3);
    assert.equal(await countOf(), before + 44);
    for (const [at, end] of ends.entries()) {
      if (end instanceof CarillonError)
        assert.deepEqual([at, end.status, end.target], [30, 400, 'payload.visualContent.title']);
      else assert.equal(end.notification.payload.visualContent?.title, `Order ${at}`);
    }
  });

  test('a part that was throttled is sent again', async () => {
    const throttled = new Response(
      JSON.stringify({
        responses: [
          {
            id: '0',
            status: 429,
            headers: { 'Retry-After': '0' },
            body: { error: { code: 'TooManyRequests' } },
          },
        ],
      }),
      { headers: { 'content-type': 'application/json' } },
    );
    const answers = [throttled];
    const once: typeof fetch = async (url, init) => answers.pop() ?? fetch(url, init);
    const many = new Carillon({ baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }), fetch: once });
    const [end] = await many.postMany([post()]);
    assert.ok(end && !(end instanceof CarillonError), String(end));
    assert.equal(end.result, 'created');
  });

  test('requests that depend on each other are one batch', async () => {
    const body = { ...post(), appNotificationId: 'batched' };
    const headers = { 'content-type': 'application/json' };
    const responses = await carillon.batch([
      { id: 'make', method: 'POST', url: '/me/notifications', headers, body },
      { id: 'look', method: 'GET', url: '/me/notifications/nothing', dependsOn: ['make'] },
      { id: 'never', method: 'GET', url: '/me/notifications', dependsOn: ['look'] },
    ]);
    assert.deepEqual(
      responses.map(({ id, status }) => [id, status]),
      [
        ['make', 201],
        ['look', 404],
        ['never', 424],
      ],
    );
    const linked = Array.from({ length: 21 }, () => ({
      method: 'GET' as const,
      url: '/me/notifications',
      dependsOn: ['x'],
    }));
    await assert.rejects(carillon.batch(linked), RangeError);
  });
});
