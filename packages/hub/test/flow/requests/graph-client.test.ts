import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import tls from 'node:tls';
import { startHub } from '@carillon/testing/hub/hub.ts';
import {
  BatchRequestContent,
  type BatchRequestStep,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
} from '@microsoft/microsoft-graph-client';

/** Graph's own client, unmodified: it is told the base URL, which host may have its token, and how to get one. */
async function start(version: string) {
  const hub = await startHub({ settings: { 'tls-dev': true } });
  // The client calls the global fetch, which trusts what the process trusts.
  tls.setDefaultCACertificates([...tls.rootCertificates, readFileSync(hub.hub.caPath ?? '', 'utf8')]);
  const { port } = new URL(hub.baseUrl);
  const token = hub.token({ user: 'alice' });
  const client = Client.initWithMiddleware({
    baseUrl: `https://localhost:${port}`,
    customHosts: new Set(['localhost']),
    defaultVersion: 'v1.0',
    authProvider: { getAccessToken: async () => token },
  });
  const api = (path: string) => client.api(path).version(version);
  return { hub, client, api, version, [Symbol.asyncDispose]: () => hub.close() };
}

/** The body that the page "Create and send a notification" shows, with its dates in the future and our host. */
function documented(more: object = {}): object {
  return {
    targetHostName: 'a.example',
    appNotificationId: 'testDirectToastNotification',
    expirationDateTime: new Date(Date.now() + 86_400_000).toISOString(),
    payload: { visualContent: { title: 'Hello World!', body: 'Notifications are Great!' } },
    targetPolicy: { platformTypes: ['windows', 'android', 'ios'] },
    priority: 'High',
    groupName: 'TestGroup',
    displayTimeToLive: '60',
    ...more,
  };
}

interface Listed {
  readonly value: { id: string }[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

const ids = ({ value }: Listed) => value.map(({ id }) => id);

for (const version of ['beta', 'v1.0']) {
  describe(`Graph's JavaScript client on ${version}`, () => {
    test('posts the documented body, and gets, patches and deletes what it posted', async () => {
      await using running = await start(version);
      const { api } = running;
      const made = await api('/me/notifications/').post(documented());
      assert.equal(made.appNotificationId, 'testDirectToastNotification');
      assert.deepEqual(made.targetPolicy.platformTypes, ['windows', 'android', 'ios']);
      assert.deepEqual([made.priority, made.groupName, made.displayTimeToLive], ['High', 'TestGroup', 59]);
      const path = `/me/notifications/${made.id}`;
      const read = await api(path).get();
      assert.deepEqual(read.payload, made.payload);
      const selected = await api(path).select('readState').get();
      assert.deepEqual([selected.id, selected.readState, selected.priority], [made.id, 'unread', undefined]);
      const patched = await api(path).patch({ userActionState: 'activated' });
      assert.deepEqual([patched.readState, patched.userActionState], ['read', 'activated']);
      await api(path).delete();
      await assert.rejects(api(path).get(), (error) => {
        assert.ok(error instanceof GraphError);
        assert.deepEqual([error.statusCode, error.code], [404, 'itemNotFound']);
        assert.ok(error.requestId);
        return true;
      });
    });

    test('lists page by page with top and the next link, and counts', async () => {
      await using running = await start(version);
      const { api, client } = running;
      const made: string[] = [];
      for (let index = 0; index < 5; index++) {
        const { id } = await api('/me/notifications').post(documented({ appNotificationId: `n${index}` }));
        made.unshift(id);
      }
      const first = (await api('/me/notifications').top(2).count(true).get()) as Listed;
      assert.deepEqual(ids(first), made.slice(0, 2));
      assert.equal(Reflect.get(first, '@odata.count'), 5);
      const second = (await client.api(first['@odata.nextLink'] ?? '').get()) as Listed;
      assert.deepEqual(ids(second), made.slice(2, 4));
      const third = (await client.api(second['@odata.nextLink'] ?? '').get()) as Listed;
      assert.deepEqual([ids(third), third['@odata.nextLink']], [made.slice(4), undefined]);
    });

    test('iterates over the pages of a filter, in an order and with chosen members', async () => {
      await using running = await start(version);
      const { api, client } = running;
      const group = "o'neil";
      for (const [index, groupName] of [group, 'other', group, null, group, group].entries())
        await api('/me/notifications').post(documented({ appNotificationId: `n${index}`, groupName }));
      const first = await api('/me/notifications')
        .filter("groupName eq 'o''neil' and not (readState eq 'read')")
        .orderby('lastModifiedDateTime')
        .select(['appNotificationId', 'groupName'])
        .top(2)
        .skip(1)
        .get();
      const seen: string[] = [];
      const iterator = new PageIterator(client, first, (item) => {
        assert.deepEqual(Object.keys(item).sort(), ['@odata.etag', 'appNotificationId', 'groupName', 'id']);
        seen.push(item.appNotificationId);
        return true;
      });
      await iterator.iterate();
      assert.deepEqual(seen, ['n2', 'n4', 'n5']);
      assert.ok(iterator.isComplete());
    });

    test('follows delta by its links, tombstones included', async () => {
      await using running = await start(version);
      const { api, client } = running;
      const [one, two, three] = [
        await api('/me/notifications').post(documented({ appNotificationId: '1' })),
        await api('/me/notifications').post(documented({ appNotificationId: '2' })),
        await api('/me/notifications').post(documented({ appNotificationId: '3' })),
      ];
      const first = (await api('/me/notifications/delta').top(2).get()) as Listed;
      assert.deepEqual(ids(first), [one.id, two.id]);
      const last = (await client.api(first['@odata.nextLink'] ?? '').get()) as Listed;
      assert.deepEqual(ids(last), [three.id]);
      await api(`/me/notifications/${two.id}`).patch({ readState: 'read' });
      await api(`/me/notifications/${one.id}`).delete();
      const changed = await client.api(last['@odata.deltaLink'] ?? '').get();
      assert.deepEqual(changed.value.slice(1), [{ id: one.id, '@removed': { reason: 'deleted' } }]);
      assert.deepEqual([changed.value[0].id, changed.value[0].readState], [two.id, 'read']);
      assert.equal(changed.unreadCount, 1);
    });

    test('collects requests in a batch, parallel and serial, and takes its answers apart', async () => {
      await using running = await start(version);
      const { api } = running;
      const headers = { 'Content-Type': 'application/json' };
      // The client takes the path of a request, as it stands below the version.
      const step = (id: string, path: string, body?: object): BatchRequestStep => ({
        id,
        request: new Request(`https://localhost${path}`, {
          ...(body ? { method: 'POST', headers, body: JSON.stringify(body) } : {}),
        }),
      });
      const run = async (content: BatchRequestContent): Promise<BatchResponseContent> =>
        new BatchResponseContent(await api('/$batch').post(await content.getContent()));
      const named = (index: number) => documented({ appNotificationId: `n${index}` });
      const many = Array.from({ length: 20 }, (_, index) =>
        step(`${index}`, '/me/notifications', named(index)),
      );
      const posted = await run(new BatchRequestContent(many));
      for (const [id, response] of posted.getResponses()) {
        assert.equal(response.status, 201);
        const made = (await response.json()) as { appNotificationId: string };
        assert.equal(made.appNotificationId, `n${id}`);
      }
      assert.equal(posted.getResponses().size, 20);
      const serial = new BatchRequestContent([
        step('post', '/me/notifications', named(20)),
        step('count', '/me/notifications/$count'),
        step('missing', '/me/notifications/none'),
        step('after', '/me/notifications?$top=1'),
      ]);
      serial.addDependency('count', 'post');
      serial.addDependency('missing', 'count');
      serial.addDependency('after', 'missing');
      const answered = await run(serial);
      const count = Buffer.from(await answered.getResponseById('count').text(), 'base64url');
      assert.equal(count.toString(), '21');
      assert.equal(answered.getResponseById('missing').status, 404);
      const after = answered.getResponseById('after');
      assert.equal(after.status, 424);
      assert.match(await after.text(), /"code":"failedDependency"/);
    });

    test('sends the X-UNS-ID header, and learns in Graph’s shape what was wrong', async () => {
      await using running = await start(version);
      const { api } = running;
      const place = { targetHostName: 'a.example', installationId: 'laptop', platformType: 'windows' };
      const { id: unsId } = await api('/me/notificationSubscriptions').post(place);
      const made = await api('/me/notifications').header('X-UNS-ID', unsId).post(documented());
      assert.ok(made.id);
      const foreign = api('/me/notifications').header('X-UNS-ID', 'foreign').post(documented());
      await assert.rejects(
        foreign,
        (error) => error instanceof GraphError && error.statusCode === 403 && error.code === 'accessDenied',
      );
      const array = api('/me/notifications').post([documented()]);
      await assert.rejects(
        array,
        (error) =>
          error instanceof GraphError && /multiple notifications are not supported/.test(error.message),
      );
    });
  });
}
