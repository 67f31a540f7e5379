// What devices see of it: the history, one notification, its state, the delta and the stream, on the wire alone.
// Each answer's URLs must be of the base URL, so that a follower never leaves the service.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Target } from './conformance.ts';
import { assertFailure, assertJson, exchange } from './exchange.ts';
import { fillFor, registerDevice, versions } from './page-requests.ts';
import { pages } from './pages.ts';

interface Feed {
  readonly target: Target;
  readonly version: string;
  readonly feed: string;
  readonly token: string;
  postOne(): Promise<string>;
}

export function feedConformance(target: Target): void {
  const { baseUrl, credentials } = target;
  const token = credentials.delegated;
  const postOne = async (): Promise<string> => {
    const body = pages[2]?.body(fillFor(target));
    return (await exchange('POST', `${baseUrl}/v1.0/me/notifications`, { token, body })).json.id;
  };
  for (const version of versions) {
    const feed = `${baseUrl}/${version}/me/notifications`;
    suite(`the feed under /${version}`, () => {
      readingConformance({ target, version, feed, token, postOne });
      followingConformance({ target, version, feed, token, postOne });
    });
  }
}

function readingConformance({ version, feed, token, postOne }: Feed): void {
  test('lists the newest first and leads on by @odata.nextLink', async () => {
    const ids = [await postOne(), await postOne()].reverse();
    const first = await exchange('GET', `${feed}?$top=1`, { token });
    assertJson(first);
    assert.match(first.json['@odata.context'], new RegExp(`/${version}/\\$metadata#users\\('`));
    const next = first.json['@odata.nextLink'] as string;
    assert.ok(next.startsWith(`${feed}?`), next);
    const second = await exchange('GET', next, { token });
    assert.deepEqual([first.json.value[0].id, second.json.value[0].id], ids);
  });

  test('settles a state under an ETag, and refuses one that is too late', async () => {
    const id = await postOne();
    const { headers } = await exchange('GET', `${feed}/${id}`, { token });
    const guarded = { 'if-match': headers.get('etag') ?? '' };
    const body = { userActionState: 'dismissed' };
    const done = await exchange('PATCH', `${feed}/${id}`, { token, headers: guarded, body });
    assert.equal(done.status, 200, done.text);
    assert.deepEqual([done.json.readState, done.json.userActionState], ['read', 'dismissed']);
    const late = await exchange('PATCH', `${feed}/${id}`, { token, headers: guarded, body });
    assertFailure(late, 412, 'resourceModified');
  });
}

function followingConformance({ target, version, feed, token, postOne }: Feed): void {
  test('tells by delta what changed, and what is gone', async () => {
    const start = (await exchange('GET', `${feed}/delta?$deltatoken=latest`, { token })).json;
    const [kept, gone] = [await postOne(), await postOne()];
    assert.equal((await exchange('DELETE', `${feed}/${gone}`, { token })).status, 204);
    const link = start['@odata.deltaLink'] as string;
    assert.ok(link.startsWith(`${feed}/delta?`), link);
    const { json } = await exchange('GET', link, { token });
    assert.deepEqual(
      json.value.map((row: { id: string; '@removed'?: object }) => [row.id, row['@removed'] ?? null]),
      [
        [kept, null],
        [gone, { reason: 'deleted' }],
      ],
    );
    assert.equal(json.unreadCount, start.unreadCount + 1);
    assertFailure(await exchange('GET', `${feed}/delta?$deltatoken=none`, { token }), 410, 'resyncRequired');
  });

  test('tells over server-sent events what is posted while it is open', async () => {
    await streamOne(feed, token, postOne);
  });

  test('keeps a subscription for an installation, until it is deleted', async () => {
    const id = await registerDevice(target);
    assert.equal(await registerDevice(target), id);
    const at = `${target.baseUrl}/${version}/me/notificationSubscriptions`;
    const { json } = await exchange('GET', at, { token });
    assert.ok(json.value.some((row: { id: string }) => row.id === id));
    assert.equal((await exchange('DELETE', `${at}/${id}`, { token })).status, 204);
    assertFailure(await exchange('GET', `${at}/${id}`, { token }), 404, 'itemNotFound');
  });
}

async function streamOne(feed: string, token: string, postOne: () => Promise<string>): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const leaving = new AbortController();
  const response = await fetch(`${feed}/stream`, { headers, signal: leaving.signal });
  try {
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const frames = readFrames(response);
    const ready = (await frames.next()).value;
    assert.deepEqual([ready.type, ready.heartbeatSeconds], ['ready', 25]);
    const id = await postOne();
    const change = (await frames.next()).value;
    assert.deepEqual([change.type, change.value.id], ['change', id]);
    assert.equal(change.unreadCount, ready.unreadCount + 1);
  } finally {
    leaving.abort();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
async function* readFrames(response: Response): AsyncGenerator<any, any, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    const blocks = (text + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const line = block.split('\n').find((each) => each.startsWith('data:'));
      if (line) yield JSON.parse(line.slice('data:'.length));
    }
  }
}
