// Webhooks of operators: a command has a service posted a template's text of each change, without a handshake. Apprise, as
// PyPI has it, makes an e-mail and a call of another service of it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { serveHttp1 } from '@carillon/testing/machine/http-servers.ts';
import { findPython } from '@carillon/testing/machine/python/python.ts';
import { Webhook } from 'standardwebhooks';

const hub = await startHub();
after(hub.close);
const feed = '/v1.0/me/notifications';
const alice = hub.token({ user: 'alice' });

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function openService(statuses: number[] = []) {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  };
  const server = await serveHttp1(listener);
  const told = async (count: number): Promise<Received[]> => {
    await until(() => received.length >= count, `${count} requests have come`);
    return received;
  };
  return { url: server.url, received, told, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function cli(context: TestContext) {
  const { runBeside } = commandLine(context, hub.dataDir);
  const own = ['--app', 'app-a', '--public-url', hub.baseUrl];
  return {
    run: (...args: string[]) => runBeside(['webhook', ...args]),
    async create(...args: string[]): Promise<{ id: string; signingSecret: string }> {
      const { status, stdout, stderr } = await runBeside(['webhook', 'create', ...own, '--json', ...args]);
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout);
    },
    async remove(id: string): Promise<void> {
      const { status, stderr } = await runBeside(['webhook', 'delete', id]);
      assert.equal(status, 0, stderr);
    },
  };
}

async function create(title: string, token = alice, more: object = {}): Promise<string> {
  const body = post({ payload: { visualContent: { title, ...more } } });
  const { status, json, text } = await hub.request('POST', feed, { token, body });
  assert.equal(status, 201, text);
  return json.id;
}

test('a service is posted one text for each change, signed, in order and until it is taken', async (context) => {
  const { run, create: add, remove } = cli(context);
  await using service = await openService([503]);
  const [ofAlice, ofAll] = ['/alice', '/all'].map((path) => service.url + path);
  const file = join(hub.dataDir, 'own.txt');
  writeFileSync(
    file,
    'from={{from}}&text={{changeType}}:{{title}}&to={{userName}}&link={{link}}&read={{readState}}',
  );
  const form = ['--content-type', 'application/x-www-form-urlencoded', '--set', 'from=the hub'];
  const own = [
    '--template-file',
    file,
    ...form,
    '--user',
    userNames.alice,
    '--changes',
    'created',
    'updated',
  ];
  const { id } = await add('--url', String(ofAlice), '--private', ...own);
  const slack = await add('--url', String(ofAll), '--private', '--template', 'slack');
  await create('of bob', hub.token({ user: 'bob' }));
  const raw = { targetHostName: post().targetHostName, payload: { rawContent: 'x' } };
  assert.equal((await hub.request('POST', feed, { token: alice, body: raw })).status, 201);
  const first = await create('A & <b>', alice, { url: 'https://a.example/?x=1&y=2' });
  await hub.request('PATCH', `${feed}/${first}`, { token: alice, body: { readState: 'read' } });
  await hub.request('DELETE', `${feed}/${first}`, { token: alice });
  const second = await create('second');
  const all = await service.told(7);
  const toAlice = all.filter(({ path }) => path === '/alice');
  const texts = toAlice.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  const isRetried = JSON.stringify(texts[0]) === JSON.stringify(texts[1]);
  assert.deepEqual(
    texts.slice(isRetried ? 1 : 0).map(({ text, read }) => [text, read]),
    [
      ['created:A & <b>', 'unread'],
      ['updated:A & <b>', 'read'],
      ['created:second', 'unread'],
    ],
  );
  assert.deepEqual(texts[0], {
    ...{ from: 'the hub', text: 'created:A & <b>', to: userNames.alice, read: 'unread' },
    link: 'https://a.example/?x=1&y=2',
  });
  assert.equal(texts.at(-1)?.link, `${hub.baseUrl}/inbox#${second}`);
  const toAll = all
    .filter(({ path }) => path === '/all')
    .map(({ body }) => JSON.parse(body).text.split('\n')[0]);
  assert.deepEqual([...new Set(toAll)], ['*of bob*', '*A &amp; &lt;b&gt;*', '*second*']);
  assert.equal(toAll.length, isRetried ? 3 : 4);
  for (const { headers, body } of all.filter(({ path }) => path === '/all'))
    new Webhook(slack.signingSecret).verify(body, headers as Record<string, string>);
  assert.equal(toAlice[0]?.headers['content-type'], 'application/x-www-form-urlencoded; charset=utf-8');

  const listed = JSON.parse((await run('list', '--json')).stdout).value;
  const host = new URL(service.url).host;
  assert.deepEqual(
    listed.map((each: Record<string, string>) => [each.id, each.endpointHost, each.template]).sort(),
    [
      [id, host, null],
      [slack.id, host, 'slack'],
    ].sort(),
  );
  for (const token of [alice, hub.token()]) {
    assert.deepEqual((await hub.request('GET', '/v1.0/subscriptions', { token })).json.value, []);
    for (const each of [id, slack.id])
      assert.equal((await hub.request('DELETE', `/v1.0/subscriptions/${each}`, { token })).status, 404);
  }
  await remove(id);
  await create('third');
  assert.match((await service.told(8))[7]?.body ?? '', /\*third\*/);
  const audited = await hub.registry.audit.list({ before: null, limit: 3 });
  assert.deepEqual(
    audited.map(({ what }) => what),
    ['deleteWebhook', 'createWebhook', 'createWebhook'],
  );
});

test('what can not be a webhook is refused in one line, and a dry run shows the body', async (context) => {
  const { run } = cli(context);
  const refused: [args: string[], why: RegExp][] = [
    [['--template', 'slack', '--url', 'https://localhost./x'], /private network/],
    [['--url', 'https://a.example'], /--template apprise\|slack/],
    [
      ['--template', 'slack', '--user', 'none', '--url', 'http://[::1]:1/x', '--private'],
      /no user named none/,
    ],
  ];
  const ran = await Promise.all(refused.map(([args]) => run('create', ...args)));
  for (const [at, { status, stdout, stderr }] of ran.entries()) {
    assert.deepEqual(
      [status, stdout, stderr.trim().split('\n').length],
      [1, '', 1],
      refused[at]?.[0].join(' '),
    );
    assert.match(stderr, refused[at]?.[1] ?? /^$/);
  }
  const dry = await run(
    'create',
    '--dry-run',
    '--url',
    'http://x',
    '--template',
    'apprise',
    '--set',
    'tag=ops',
  );
  assert.deepEqual(JSON.parse(dry.stdout), { title: 'title', body: 'body', tag: 'ops' });
});

const python = findPython({
  name: 'apprise',
  version: '2.3.0',
  module: 'apprise',
  beside: ['aiosmtpd==1.4.6'],
});

test('Apprise tells an e-mail address and another service of a notification', async (context) => {
  if (!python) return context.skip('Apprise can not be installed here');
  await using service = await openService();
  const smtpPort = await freePort();
  const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'smtp-sink.py');
  const sink = await start(context, [fixture, String(smtpPort)]);
  const mail = `mailto://127.0.0.1:${smtpPort}?from=hub@contoso.example&to=ops@contoso.example&mode=insecure`;
  const json = `${service.url.replace('http:', 'json:')}/apprise`;
  const example = join(import.meta.dirname, '../../../../../examples/apprise/serve.py');
  const apprise = await start(context, [example, '0'], { APPRISE_OPS: `${mail} ${json}` });
  const port = /listening on (\d+)/.exec(apprise.output())?.[1];
  await cli(context).create(
    '--url',
    `http://127.0.0.1:${port}/notify/ops`,
    '--private',
    '--template',
    'apprise',
  );
  await create('Lunch is ready', alice, { body: 'Come & eat' });
  const [told] = await service.told(1);
  const { title, message } = JSON.parse(told?.body ?? '');
  assert.deepEqual([title, message], ['Lunch is ready', 'Come & eat']);
  await until(() => sink.output().includes('subject'), 'a mail has come');
  const sent = JSON.parse(sink.output().split('\n')[1] ?? '');
  assert.deepEqual([sent.to, sent.subject], [['ops@contoso.example'], 'Lunch is ready']);
  assert.match(sent.text, /Come &(amp;)? eat/);
});

async function start(context: TestContext, args: string[], env: Readonly<Record<string, string>> = {}) {
  const child: ChildProcess = spawn(python ?? '', args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  context.after(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  await until(() => text.includes('listening'), 'it listens');
  return { output: () => text };
}
