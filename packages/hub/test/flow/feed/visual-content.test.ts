// What a notification shows, on its whole way: created, replaced, repeated, read, walked and streamed. One without the newer
// members has the bytes that it always had.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { Notification, VisualContent } from '@carillon/protocol';
import { edges } from '@carillon/testing/feed/readers.ts';
import { post, startHub } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);
const token = hub.token({ user: 'alice' });
const feed = '/v1.0/me/notifications';
const get = (path: string) => hub.request('GET', path, { token });
const send = (visualContent: object, more: object = {}) =>
  hub.request('POST', feed, { token, body: post({ payload: { visualContent }, ...more }) });

const full: VisualContent = {
  title: 'Deploy 214?',
  body: 'All checks have passed.',
  url: 'https://ci.example/214',
  iconUrl: 'https://ci.example/icon.png',
  imageUrl: 'https://ci.example/214.png',
  actions: [
    { id: 'approve', title: 'Deploy', requiresUnlock: true },
    { id: 'reject', title: 'No', destructive: true, input: { placeholder: 'Why?', maxLength: 200 } },
    { id: 'log', title: 'Log', url: 'https://ci.example/214/log' },
    { id: 'later', title: 'Later', destructive: false, input: {} },
  ],
  sound: 'chime',
  category: 'deploys',
  interruptionLevel: 'timeSensitive',
  lang: 'en-GB',
  dir: 'ltr',
  progress: { value: 3, max: 10, label: 'Stages' },
};

suite('all members', () => {
  test('are answered alike by the create, a read, a list and a delta, in one order', async () => {
    const shuffled = Object.fromEntries(Object.entries(full).reverse());
    const made = await send(shuffled);
    assert.equal(made.status, 201, made.text);
    const text = JSON.stringify({ visualContent: full });
    assert.ok(made.text.includes(text), made.text);
    const { id } = made.json;
    for (const path of [`${feed}/${id}`, feed, `${feed}/delta`])
      assert.ok((await get(path)).text.includes(text), path);
  });

  test('are streamed as they are stored', async () => {
    for (const [edge, open] of edges) {
      const reader = await open({ baseUrl: hub.baseUrl, token });
      await reader.next('ready');
      const { json } = await send(full);
      const told = (await reader.next('change')).value as Notification;
      assert.equal(told.id, json.id, edge);
      assert.equal(JSON.stringify(told.payload), JSON.stringify({ visualContent: full }));
    }
  });

  test('are replaced, and the same body again is a repeat', async () => {
    const named = { appNotificationId: 'deploy 214' };
    const { json: first } = await send(full, named);
    const further = { ...full, progress: { value: 4, max: 10 } };
    const replaced = await send(further, named);
    assert.equal(replaced.headers['carillon-result'], 'replaced');
    assert.equal(replaced.json.id, first.id);
    assert.deepEqual(replaced.json.payload.visualContent, further);
    const repeated = await send(further, named);
    assert.equal(repeated.headers['carillon-result'], 'repeated');
    assert.deepEqual((await get(`${feed}/${first.id}`)).json.payload.visualContent, further);
    const plain = await send({ title: full.title }, named);
    assert.deepEqual(plain.json.payload.visualContent, { title: full.title });
  });
});

suite('a member that is absent', () => {
  const nothing = {
    url: null,
    iconUrl: null,
    imageUrl: null,
    actions: [],
    sound: null,
    category: null,
    interruptionLevel: null,
    lang: null,
    dir: null,
    progress: null,
  };

  test('may be said as null or an empty list', async () => {
    for (const absent of [nothing, { ...nothing, actions: null }])
      assert.deepEqual((await send({ title: 'a', ...absent })).json.payload, {
        visualContent: { title: 'a' },
      });
    const actions = [
      { id: 'a', title: 'A', url: null, destructive: null, requiresUnlock: null, input: null },
      { id: 'b', title: 'B', input: { placeholder: null, maxLength: null } },
    ];
    const visual = { title: 'a', actions, progress: { value: 1, max: 2, label: null } };
    assert.deepEqual((await send(visual)).json.payload.visualContent, {
      title: 'a',
      actions: [
        { id: 'a', title: 'A' },
        { id: 'b', title: 'B', input: {} },
      ],
      progress: { value: 1, max: 2 },
    });
  });

  test('leaves the bytes as they always were', async () => {
    const texts: readonly (readonly [object, string])[] = [
      [{ title: 'a' }, '{"title":"a"}'],
      [{ body: 'b', title: 'a' }, '{"title":"a","body":"b"}'],
      [{ title: 'a', body: null }, '{"title":"a","body":null}'],
    ];
    for (const [visual, text] of texts) {
      const { json, text: answered } = await send(visual);
      const payload = `"priority":"High","payload":{"visualContent":${text}},"targetPolicy":`;
      assert.ok(answered.includes(payload), answered);
      assert.ok((await get(`${feed}/${json.id}`)).text.includes(payload));
    }
  });
});
