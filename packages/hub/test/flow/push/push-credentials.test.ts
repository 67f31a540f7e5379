// Push credentials are replaced by a command while notifications are posted: each push reaches its device, those of before
// by the credentials of before, and none is given up.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entraApp } from '@carillon/simulators';
import { otherWnsSecret, startPush } from '@carillon/testing/feed/push.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { post, until } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';

test('app channel set replaces the credentials of a channel, and no push is lost or given up', async (context) => {
  await using push = await startPush();
  const device = await push.register('windows');
  const { hub, simulator } = push;
  const token = hub.token({ user: 'alice' });
  const ids: string[] = [];
  let isOver = false;
  const failures: string[] = [];
  const posting = (async () => {
    while (!isOver && failures.length === 0) {
      const answer = await hub.request('POST', feed, { token, body: post() });
      if (answer.status === 201) ids.push(answer.json.id);
      else failures.push(answer.text);
      const told = ids.length;
      await until(() => push.to(device).length >= told, `push ${told}`);
    }
  })().catch((error: Error) => failures.push(error.message));
  await until(() => ids.length >= 3 || failures.length > 0, 'some are posted before');
  const { runBeside } = commandLine(context, hub.dataDir);
  const secretFile = join(hub.dataDir, 'second.txt');
  writeFileSync(secretFile, otherWnsSecret);
  const tokenUrl = `${simulator.url}/${entraApp.tenant}/oauth2/v2.0/token`;
  const { status, stderr } = await runBeside([
    ...['app', 'channel', 'set', '--app', 'app-a', '--channel', 'wns', '--client-id', entraApp.clientId],
    ...['--client-secret-file', secretFile, '--token-url', tokenUrl],
  ]);
  assert.equal(status, 0, stderr);
  const during = ids.length;
  await until(() => ids.length >= during + 3 || failures.length > 0, 'some are posted after');
  isOver = true;
  await posting;
  assert.deepEqual(failures, []);
  const stored = hub.registry.credentials.find('app-a', 'wns');
  assert.ok(stored && 'clientSecret' in stored && stored.clientSecret === otherWnsSecret);
  for (const id of ids) {
    const { json } = await hub.request('GET', `${feed}/${id}/deliveries`, { token });
    assert.deepEqual(
      json.value.map((each: { status: string }) => each.status),
      ['accepted'],
    );
  }
});
