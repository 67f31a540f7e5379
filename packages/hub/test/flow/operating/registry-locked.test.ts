import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { post, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';
const hold = `
  const { DatabaseSync } = require('node:sqlite');
  const db = new DatabaseSync(process.argv[1], { timeout: 5000 });
  db.exec('BEGIN EXCLUSIVE');
  console.log('held');
  process.stdin.on('end', () => process.exit()).resume();
`;

/** Another process has the registry to itself until `release`. */
async function lock(context: TestContext, { dataDir }: TestHub): Promise<{ release(): Promise<void> }> {
  const path = join(dataDir, 'registry.db');
  const holder = spawn(process.execPath, ['-e', hold, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  context.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return {
    async release() {
      const exited = once(holder, 'exit');
      holder.stdin.end();
      await exited;
    },
  };
}

function signIn({ baseUrl }: TestHub): string {
  const query = new URLSearchParams({
    client_id: 'carillon-inbox',
    response_type: 'code',
    redirect_uri: `${baseUrl}/inbox`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 'x',
  });
  return `/identity/authorize?${query}`;
}

test('while another process holds registry.db the hub serves, and what needs the file is 503 before it is released', async (context) => {
  await using hub = await startHub({ store: 'sqlite' });
  const token = hub.token({ user: 'alice' });
  const { json: spare } = await hub.request('POST', `${feed}/streamTicket`, { token });
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  const locked = await lock(context, hub);

  const answered: string[] = [];
  const ask = async (what: string, path: string, headers = {}) => {
    const answer = await hub.request('GET', path, { headers });
    answered.push(what);
    return answer;
  };
  const stream = `${feed}/stream?ticket=${spare.ticket}`;
  const headers = { accept: 'text/event-stream' };
  const waiting = [ask('sign-in', signIn(hub)), ask('ticket', stream, headers)];
  const beta = hub.request('GET', stream.replace('v1.0', 'beta'), { headers });
  assert.equal((await ask('health', '/healthz')).status, 200);
  assert.equal((await hub.request('POST', feed, { token, body: post() })).status, 201);
  await reader.next('change');
  answered.push('change');

  // While it is held. How soon: src/store/sqlite/registry/session.test.ts.
  for (const { status, headers } of await Promise.all(waiting)) {
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '1');
  }
  assert.equal((await beta).status, 406);
  assert.deepEqual(new Set(answered.slice(0, 2)), new Set(['health', 'change']), answered.join());

  await locked.release();
  assert.equal((await hub.request('GET', signIn(hub))).status, 303);
  assert.equal((await hub.request('POST', `${feed}/streamTicket`, { token })).status, 200);
});
