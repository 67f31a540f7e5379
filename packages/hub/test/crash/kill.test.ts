import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { openSseReader, openWebSocketReader, type Reader } from '@carillon/testing/feed/readers.ts';
import { freePort, post, send, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { type Served, seedData, serve } from '@carillon/testing/hub/served.ts';
import { drawSeed, openRandom } from '@carillon/testing/machine/random.ts';
import { openCursors } from '../../src/feed/cursor.ts';
import { userKey } from '../../src/model/principal.ts';
import { openRegistry } from '../../src/store/sqlite/registry/registry.ts';

const feed = '/v1.0/me/notifications';

async function open(context: TestContext) {
  const folder = tempFolder();
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const token = await seedData(folder.path, baseUrl);
  const running: Served[] = [];
  const start = async (): Promise<Served> => {
    const served = serve(folder.path, ['--port', String(port), '--throttle', 'off', '--log-level', 'error']);
    running.push(served);
    await served.ready;
    return served;
  };
  context.after(async () => {
    for (const served of running) served.process.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    folder.remove();
  });
  return { dataDir: folder.path, port, baseUrl, token, start };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** What devices and services know, because the hub said so. */
class Witness {
  /** id -> whether the dismissal was acknowledged. */
  readonly acknowledged = new Map<string, boolean>();
  /** id -> whether a dismissal was asked for, and may or may not have happened. */
  readonly asked = new Set<string>();
  /** id -> what a stream told of it last. */
  readonly told = new Map<string, string>();
  cursor: string | null = null;

  /** Creates and dismisses until the hub is gone. */
  async work({ baseUrl, token }: Opened): Promise<void> {
    try {
      for (;;) {
        const made = await send(`${baseUrl}${feed}`, 'POST', { token, body: post() });
        assert.equal(made.status, 201, made.text);
        const { id } = made.json as Notification;
        this.acknowledged.set(id, false);
        if (this.acknowledged.size % 3 === 0) continue;
        this.asked.add(id);
        const body = { userActionState: 'dismissed' };
        const done = await send(`${baseUrl}${feed}/${id}`, 'PATCH', { token, body });
        assert.equal(done.status, 200, done.text);
        this.acknowledged.set(id, true);
      }
    } catch (error) {
      // A killed hub resets its connections; what it answered before counts.
      if ((error as { code?: string }).code === undefined || error instanceof assert.AssertionError)
        throw error;
    }
  }

  hear({ frames }: Reader): void {
    for (const frame of frames) {
      assert.ok(frame.type !== 'resync', 'the hub knows its own cursors after a crash');
      if ('cursor' in frame) this.cursor = frame.cursor;
      if (frame.type !== 'change' || '@removed' in frame.value) continue;
      this.told.set(frame.value.id, frame.value.userActionState);
    }
  }

  check(stored: ReadonlyMap<string, Notification>): void {
    for (const [id, dismissed] of this.acknowledged) {
      const row = stored.get(id);
      assert.ok(row, `${id} was acknowledged and is gone`);
      if (dismissed) assert.equal(row.userActionState, 'dismissed', `${id} was acknowledged as dismissed`);
      else if (!this.asked.has(id)) assert.equal(row.userActionState, 'noInteraction');
    }
    for (const [id, state] of this.told) {
      assert.ok(stored.has(id), `a stream was told of ${id}, which is gone`);
      if (state === 'dismissed')
        assert.equal(stored.get(id)?.userActionState, state, `${id} was told dismissed`);
    }
  }
}

/** Everything stored, by delta from the start, and that its counts belong together. */
async function readAll({ baseUrl, token }: Opened): Promise<Map<string, Notification>> {
  const stored = new Map<string, Notification>();
  let url = `${baseUrl}${feed}/delta?$top=1000`;
  for (;;) {
    const { status, json, text } = await send(url, 'GET', { token });
    assert.equal(status, 200, text);
    for (const value of json.value as Notification[]) stored.set(value.id, value);
    if (json['@odata.deltaLink']) {
      const unread = [...stored.values()].filter(({ readState }) => readState === 'unread').length;
      assert.equal(json.unreadCount, unread, 'the unread count is a recount');
      return stored;
    }
    url = json['@odata.nextLink'];
  }
}

async function openSequences({ dataDir, baseUrl }: Opened): Promise<(cursor: string) => number> {
  const registry = await openRegistry(join(dataDir, 'registry.db'));
  const secret = Buffer.from((await registry.meta.read('seal-key')) ?? '', 'base64');
  await registry.close();
  const cursors = openCursors(secret, 1);
  return (cursor) => cursors.read(userKey(`${baseUrl}/identity`, 'alice'), 'app-a', cursor).seq;
}

/** After the restart the sequence goes on where the last durable change left it. */
async function checkSequence(opened: Opened, changes: number): Promise<void> {
  const { baseUrl, token } = opened;
  const sequence = await openSequences(opened);
  const reader = await openSseReader({ baseUrl, token });
  const head = sequence((await reader.next('ready')).cursor);
  assert.equal(head, changes, 'as many sequences as changes');
  await send(`${baseUrl}${feed}`, 'POST', { token, body: post() });
  assert.equal(sequence((await reader.next('change')).cursor), head + 1);
  reader.leave();
}

/** Each creation and each dismissal took one sequence. */
function changesOf(stored: ReadonlyMap<string, Notification>): number {
  let changes = stored.size;
  for (const { userActionState } of stored.values()) changes += Number(userActionState === 'dismissed');
  return changes;
}

test('killed at any moment under load, the hub starts at once and has all that it acknowledged or told', async (context) => {
  const seed = drawSeed();
  context.diagnostic(`CARILLON_SEED=${seed}`);
  const random = openRandom(seed);
  const opened = await open(context);
  const { baseUrl, token, start } = opened;
  const witness = new Witness();
  for (let life = 0; life < 4; life++) {
    const served = await start();
    const query = witness.cursor === null ? '' : `?$deltatoken=${witness.cursor}`;
    const reader = await openSseReader({ baseUrl, token, query });
    await reader.next('ready');
    const before = witness.acknowledged.size;
    const work = Array.from({ length: 24 }, () => witness.work(opened));
    const enough = before + 20 + random.below(400);
    await until(() => witness.acknowledged.size >= enough, `${enough} acknowledged`);
    served.process.kill('SIGKILL');
    assert.equal(await served.ended, 'SIGKILL');
    await Promise.all(work);
    await until(reader.closed);
    witness.hear(reader);
    const again = await start();
    const stored = await readAll(opened);
    witness.check(stored);
    await checkSequence(opened, changesOf(stored));
    again.process.kill('SIGKILL');
    await again.ended;
  }
  assert.ok(witness.told.size > 0);
});

test('a second hub on the same data ends with 78 and says who serves it, and the first goes on', async (context) => {
  const { dataDir, baseUrl, token, start } = await open(context);
  const first = await start();
  const second = serve(dataDir, ['--port', String(await freePort())]);
  assert.equal(await second.ended, 78);
  assert.match(second.errors(), new RegExp(`another hub \\(process ${first.process.pid}\\) already serves`));
  assert.equal(second.output(), '');
  const { status } = await send(`${baseUrl}${feed}`, 'POST', { token, body: post() });
  assert.equal(status, 201);
});

test('SIGTERM says bye to streams, finishes the requests under way, and ends with 0', async (context) => {
  const { port, baseUrl, token, start } = await open(context);
  const served = await start();
  const readers = [await openSseReader({ baseUrl, token }), await openWebSocketReader({ baseUrl, token })];
  await Promise.all(readers.map((reader) => reader.next('ready')));
  const body = JSON.stringify(post());
  const socket = connect(port, '127.0.0.1');
  const answer: string[] = [];
  socket.setEncoding('utf8').on('data', (text: string) => answer.push(text));
  const head = [
    `POST ${feed} HTTP/1.1`,
    'Host: hub',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // The hub has read the head, so the request is under way.
  await until(() => answer.join('').startsWith('HTTP/1.1 100 Continue'));
  served.process.kill('SIGTERM');
  for (const reader of readers) assert.equal((await reader.next('bye')).reason, 'drain');
  socket.write(body);
  await once(socket, 'close');
  assert.match(answer.join(''), /HTTP\/1\.1 201 Created/);
  assert.equal(await served.ended, 0);
  assert.equal(served.errors(), '');
  const again = await start();
  const { json } = await send(`${baseUrl}${feed}`, 'GET', { token });
  assert.equal(json.value.length, 1);
  again.process.kill('SIGTERM');
  assert.equal(await again.ended, 0);
});

test('a request that never ends does not keep a hub that was told to stop for more than ten seconds', async (context) => {
  const { port, token, start } = await open(context);
  const served = await start();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const answer: string[] = [];
  socket.setEncoding('utf8').on('data', (text: string) => answer.push(text));
  const head = [`POST ${feed} HTTP/1.1`, 'Host: hub', `Authorization: Bearer ${token}`];
  const rest = ['Content-Type: application/json', 'Content-Length: 100', 'Expect: 100-continue'];
  socket.write(`${[...head, ...rest].join('\r\n')}\r\n\r\n`);
  await until(() => answer.length > 0);
  // bound: a drain that hangs is killed here, and then it did not end with 0
  const bound = setTimeout(() => served.process.kill('SIGKILL'), 10_000);
  served.process.kill('SIGTERM');
  assert.equal(await served.ended, 0);
  clearTimeout(bound);
});

test('an unusable configuration ends with 78 and lists every problem at once, with its key and variable', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const args = ['--port', '70000', '--host', '0.0.0.0', '--dev', '--issuer', 'http://issuer.example'];
  const served = serve(folder.path, args, {
    CARILLON_THROTTLE: 'much',
    CARILLON_ALLOW_PRIVATE_PUSH: 'perhaps',
  });
  assert.equal(await served.ended, 78);
  const lines = served.errors().trim().split('\n');
  for (const name of ['port', 'host', 'issuer', 'throttle', 'allow-private-push']) {
    const variable = `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
    const named = lines.filter((line) => line.startsWith(`carillon: ${name} (`) && line.includes(variable));
    assert.equal(named.length, 1, `${name}: ${served.errors()}`);
  }
  assert.equal(lines.length, 5);
  assert.equal(served.output(), '');
});

test('with port 0 any free port is taken, and the settings of the file still hold', async (context) => {
  const folder = tempFolder();
  const file = join(folder.path, 'carillon.json');
  writeFileSync(file, JSON.stringify({ port: '0', 'public-url': 'https://hub.example' }));
  const served = serve(join(folder.path, 'data'), ['--config', file]);
  context.after(async () => {
    served.process.kill('SIGKILL');
    await served.ended;
    folder.remove();
  });
  await served.ready;
  assert.match(served.output(), /^carillon is ready at https:\/\/hub\.example$/m);
});
