import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '@carillon/protocol';
import { AgentRequests, type RequestName } from './requests.ts';

const name: RequestName = { caller: 'app alice', session: 'one', id: 1 };

test('an app has so many requests under way, and another one when one of them has ended', () => {
  const requests = new AgentRequests();
  const all = Array.from({ length: limits.agentRequestsPerApp }, () => requests.begin('app', null));
  assert.throws(() => requests.begin('app', null), { kind: 'throttled' });
  requests.begin('other', null);
  all[0]?.end();
  requests.begin('app', null);
  assert.throws(() => requests.begin('app', null), { kind: 'throttled' });
});

test('a notice of cancellation ends the request that it names, of its caller and session alone', () => {
  const requests = new AgentRequests();
  const { signal, end } = requests.begin('app', name);
  for (const other of [{ caller: 'app bob' }, { session: 'two' }, { id: '1' }, { id: 2 }])
    requests.cancel({ ...name, ...other });
  assert.equal(signal.aborted, false);
  requests.cancel(name);
  assert.equal(signal.aborted, true);
  end();
});

test('of two requests of one name the newer is the one that is cancelled, and the end of the older does not hide it', () => {
  const requests = new AgentRequests();
  const older = requests.begin('app', name);
  const newer = requests.begin('app', name);
  older.end();
  requests.cancel(name);
  assert.equal(newer.signal.aborted, true);
});

test('all end when the hub stops', () => {
  const requests = new AgentRequests();
  const begun = [requests.begin('app', name), requests.begin('other', null)];
  requests.endAll();
  assert.deepEqual(
    begun.map(({ signal }) => signal.aborted),
    [true, true],
  );
});
