import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { carillon } from '@carillon/testing/hub/command.ts';
import {
  allScope,
  freePort,
  send as request,
  startHub,
  until,
  userNames,
} from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { seedData } from '@carillon/testing/hub/served.ts';
import { openRegistry } from '../../../src/store/sqlite/registry/registry.ts';

const feed = '/v1.0/me/notifications';

function sendTo(context: TestContext, dataDir: string, ...args: string[]) {
  return carillon(context, dataDir, 'send', '--user', userNames.alice, '--title', 'Hello', ...args);
}

test('sends beside each other without a hub wait for one another, and all are kept', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  await seedData(folder.path, baseUrl);
  const args = ['--public-url', baseUrl];
  const sends = [1, 2, 3, 4].map(() => sendTo(context, folder.path, ...args));
  for (const { ended, text } of sends) assert.equal(await ended, 0, text.error);
  assert.equal(new Set(sends.map(({ text }) => text.out)).size, 4);
});

test('what a killed hub left behind makes no send believe that it still serves', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const publicUrl = `http://127.0.0.1:${await freePort()}`;
  await seedData(folder.path, publicUrl);
  writeFileSync(join(folder.path, 'hub.serving'), JSON.stringify({ processId: 1, publicUrl }));
  const sent = sendTo(context, folder.path, '--public-url', publicUrl);
  assert.equal(await sent.ended, 0, sent.text.error);
});

test('send --watch --json tells the timeline in JSON objects, up to the dismissal', async (context) => {
  await using hub = await startHub();
  const sent = sendTo(context, hub.dataDir, '--watch', '--json', '--app', 'app-a');
  await until(() => sent.text.out.split('\n').length > 2, 'posted');
  const lines = () => sent.text.out.trim().split('\n');
  const { id } = JSON.parse(lines()[0] as string) as { id: string };
  // Before its stream may be open: the cursor was taken before the notification was posted.
  const token = hub.token({ user: 'alice' });
  const body = { userActionState: 'dismissed' };
  const { status } = await request(`${hub.baseUrl}${feed}/${id}`, 'PATCH', { token, body });
  assert.equal(status, 200);
  assert.equal(await sent.ended, 0, sent.text.error);
  const told = lines().map((line) => JSON.parse(line) as { what?: string; id: string; dateTime?: string });
  assert.deepEqual(
    told.map(({ what }) => what),
    [undefined, 'posted', 'dismissed'],
  );
  for (const each of told) assert.equal(each.id, id);
  for (const { dateTime } of told.slice(1)) assert.match(String(dateTime), /^\d{4}-.*Z$/);
});

const choices: [apps: string[], chosen: string][] = [
  [['demo'], 'demo'],
  [['demo', 'shop'], 'shop'],
  [['bakery', 'demo', 'shop'], 'bakery'],
];
for (const [apps, chosen] of choices) {
  test(`with the apps ${apps.join(', ')}, send without --app sends from ${chosen}`, async (context) => {
    const folder = tempFolder();
    context.after(folder.remove);
    const port = String(await freePort());
    await makeData(folder.path, apps);
    const sent = sendTo(context, folder.path, '--public-url', `http://127.0.0.1:${port}`);
    assert.equal(await sent.ended, 0, sent.text.error);
    await using hub = await startHub({ dataDir: folder.path, settings: { port } });
    const url = `${hub.baseUrl}${feed}/${sent.text.out.trim()}`;
    const token = hub.token({ user: 'alice', scopes: [allScope] });
    const { json, text } = await request(url, 'GET', { token });
    assert.equal(json.targetHostName, `${chosen}.example`, text);
  });
}

async function makeData(dataDir: string, apps: readonly string[]): Promise<void> {
  const registry = await openRegistry(join(dataDir, 'registry.db'));
  await registry.users.put({ id: 'alice', name: userNames.alice, passwordHash: '', operator: false });
  for (const id of apps) {
    const client = { clientId: id, public: false, secretHash: null, redirectUris: [] };
    await registry.apps.put({ id, hosts: [`${id}.example`], blocked: false, clients: [client] });
  }
  await registry.close();
}

test('send takes every member of what a notification shows, over a body from a file', async (context) => {
  await using hub = await startHub();
  const sent = async (...args: string[]) => {
    const run = carillon(
      context,
      hub.dataDir,
      ...['send', '--user', userNames.alice, '--app', 'app-a', '--json', ...args],
    );
    return { status: await run.ended, ...run.text };
  };
  const posted = async (...args: string[]) => {
    const { status, out, error } = await sent(...args);
    assert.equal(status, 0, error);
    const { id } = JSON.parse(out) as { id: string };
    const token = hub.token({ user: 'alice' });
    return (await request(`${hub.baseUrl}${feed}/${id}`, 'GET', { token })).json;
  };
  const shown = [
    ...[
      '--title',
      'Deploy?',
      '--body',
      'Now',
      '--url',
      'https://a.example/1?a=b',
      '--image',
      'https://a.example/p',
    ],
    ...['--icon', 'https://a.example/i', '--action', 'yes=Deploy', '--action', 'no=No', '--destructive'],
    ...['--input', 'Why?', '--action', 'log=Log=https://a.example/log?a=b', '--action', 'say=Say', '--input'],
    ...[
      '--sound',
      'chime',
      '--category',
      'deploys',
      '--level',
      'timeSensitive',
      '--lang',
      'en',
      '--dir',
      'ltr',
    ],
    ...['--progress', '3/10=Stages'],
  ];
  const visualContent = {
    title: 'Deploy?',
    body: 'Now',
    url: 'https://a.example/1?a=b',
    iconUrl: 'https://a.example/i',
    imageUrl: 'https://a.example/p',
    actions: [
      { id: 'yes', title: 'Deploy' },
      { id: 'no', title: 'No', destructive: true, input: { placeholder: 'Why?' } },
      { id: 'log', title: 'Log', url: 'https://a.example/log?a=b' },
      { id: 'say', title: 'Say', input: {} },
    ],
    sound: 'chime',
    category: 'deploys',
    interruptionLevel: 'timeSensitive',
    lang: 'en',
    dir: 'ltr',
    progress: { value: 3, max: 10, label: 'Stages' },
  };
  assert.deepEqual((await posted(...shown)).payload, { visualContent });
  const file = join(hub.dataDir, 'body.json');
  const visual = { title: 'From the file', progress: { value: 1, max: 2 } };
  writeFileSync(
    file,
    JSON.stringify({ payload: { rawContent: 'raw', visualContent: visual }, priority: 'Low' }),
  );
  const mixed = await posted(
    '--json-body',
    file,
    '--progress',
    '2/2',
    '--group',
    'g',
    '--app-notification-id',
    'n',
  );
  assert.deepEqual(mixed.payload, {
    rawContent: 'raw',
    visualContent: { ...visual, progress: { value: 2, max: 2 } },
  });
  assert.deepEqual([mixed.groupName, mixed.appNotificationId, mixed.priority], ['g', 'n', 'Low']);
  assert.equal((await posted('--json-body', file, '--app-notification-id', 'n')).id, mixed.id);
  for (const [args, message] of [
    [[], /--title, or --json-body/],
    [['--title', 'a', '--action', 'yes'], /id=Title/],
    [['--title', 'a', '--progress', 'half'], /3\/10/],
    [['--title', 'a', '--input', 'Why?'], /must follow the --action/],
    [['--title', 'a', '--url', 'javascript:1'], /payload\.visualContent\.url/],
    [['--json-body', join(hub.dataDir, 'none')], /can not be read/],
    [['--json-body', join(hub.dataDir, 'feed.db')], /no JSON object/],
  ] as const) {
    const { status, error } = await sent(...args);
    assert.notEqual(status, 0, args.join(' '));
    assert.match(error, message);
  }
});
