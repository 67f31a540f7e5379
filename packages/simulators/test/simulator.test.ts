import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, it } from 'node:test';
import { until } from '@carillon/testing/machine/until.ts';
import { systemClock } from '../../hub/src/lib/clock.ts';
import { openSimulator, type Provider, type Rule, readRules, rule } from '../src/index.ts';
import { Http2Client, type Simulated, simulate } from './support/simulated.ts';

/** Takes whatever is posted to /push/…, and refuses an empty body. */
const anything: Provider = {
  name: 'webpush',
  answer({ path, body, headers }, context) {
    if (path === '/token') return { status: 200, body: 'a token' };
    if (!path.startsWith('/push/')) return null;
    if (body.length === 0) return { status: 400, body: 'empty' };
    const tag = headers.topic ?? '';
    context.deliver({
      provider: 'webpush',
      address: path,
      headers: { topic: tag },
      payload: body.toString(),
    });
    return { status: 201 };
  },
  about: () => ({ credentialKind: null, credentials: {}, channel: {} }),
};

const failing: Provider = {
  ...anything,
  name: 'wns',
  answer({ path }) {
    if (path !== '/fails') return null;
    throw new Error('a fault of the simulator');
  },
};

describe('a simulator', () => {
  let simulated: Simulated;
  let client: Http2Client;
  const push = (path = '/push/1', body = 'hello') => client.send(path, { body });

  before(async () => {
    simulated = await simulate([failing, anything], { keep: 10 });
    client = new Http2Client(simulated.simulator.url, simulated.ca);
  });

  afterEach(() => {
    simulated.simulator.script([]);
    if (client.session.destroyed || client.session.closed)
      client = new Http2Client(simulated.simulator.url, simulated.ca);
  });

  after(async () => {
    client.close();
    await simulated.close();
  });

  const countOf = (address: string) =>
    simulated.simulator.delivered.filter((each) => each.address === address).length;

  it('answers over HTTP/2 and records what was delivered, with its protocol and time', async () => {
    const { status } = await client.send('/push/one', { body: 'first', headers: { topic: 't' } });
    assert.equal(status, 201);
    assert.deepEqual(simulated.simulator.delivered.at(-1), {
      provider: 'webpush',
      address: '/push/one',
      headers: { topic: 't' },
      payload: 'first',
      at: simulated.clock.now(),
      protocol: 'HTTP/2',
    });
  });

  it('answers over HTTP/1.1 on the same port', async () => {
    const agent = new Agent({ ca: simulated.ca });
    const request = httpsRequest(`${simulated.simulator.url}/push/old`, { method: 'POST', agent });
    request.end('hello');
    const [response] = await once(request, 'response');
    assert.equal(response.statusCode, 201);
    await text(response);
    assert.equal(simulated.simulator.delivered.at(-1)?.protocol, 'HTTP/1.1');
  });

  it('says 404 for a path of no provider, and 500 with the reason when a provider fails', async () => {
    assert.equal((await client.send('/elsewhere', {})).status, 404);
    const failed = await client.send('/fails', { body: 'x' });
    assert.equal(failed.status, 500);
    assert.match(failed.body, /a fault of the simulator/);
  });

  it('keeps the newest pushes and counts them all', async () => {
    const before = simulated.simulator.total;
    for (let index = 0; index < 30; index += 1) await push('/push/many', `${index}`);
    assert.equal(simulated.simulator.total, before + 30);
    const kept = simulated.simulator.delivered.map(({ payload }) => payload);
    assert.ok(kept.length >= 10 && kept.length < 20);
    assert.deepEqual(kept.slice(-3), ['27', '28', '29']);
  });

  it('lets a test wait for a push, and for a condition of its counters', async () => {
    const waiting = simulated.simulator.waitFor(({ payload }) => payload === 'awaited');
    const refusals = simulated.simulator.stats.providers.webpush.answers['400'] ?? 0;
    const refused = simulated.simulator.waitUntil(
      () => simulated.simulator.stats.providers.webpush.answers['400'] === refusals + 1,
    );
    await push('/push/1', 'another');
    await push('/push/1', 'awaited');
    assert.equal((await waiting).payload, 'awaited');
    await push('/push/1', '');
    await refused;
  });

  it('plays a rule as often as told, for the address told, and leaves others alone', async () => {
    simulated.simulator.script([rule({ status: 503 }, { match: { address: '/push/bad' }, times: 2 })]);
    assert.equal((await push('/push/good')).status, 201);
    assert.equal((await push('/push/bad')).status, 503);
    assert.equal((await push('/push/bad')).status, 503);
    assert.equal((await push('/push/bad')).status, 201);
    assert.equal(countOf('/push/bad'), 1);
  });

  it('never lets a script hide what is wrong with a request', async () => {
    simulated.simulator.script([rule({ status: 503 })]);
    assert.equal((await push('/push/1', '')).status, 400);
  });

  it('answers gone, a status with headers and body, and Retry-After', async () => {
    simulated.simulator.script([
      rule('gone', { times: 1 }),
      rule({ status: 500, headers: { 'x-why': 'test' }, body: 'broken' }, { times: 1 }),
      rule({ retryAfterSeconds: 7 }, { times: 1 }),
      rule({ retryAfterSeconds: 8, status: 503 }, { times: 1 }),
    ]);
    assert.equal((await push()).status, 410);
    const broken = await push();
    assert.deepEqual([broken.status, broken.headers['x-why'], broken.body], [500, 'test', 'broken']);
    const later = await push();
    assert.deepEqual([later.status, later.headers['retry-after']], [429, '7']);
    const unavailable = await push();
    assert.deepEqual([unavailable.status, unavailable.headers['retry-after']], [503, '8']);
  });

  it('delivers twice for a duplicate', async () => {
    simulated.simulator.script([rule('duplicate', { times: 1 })]);
    assert.equal((await push('/push/twice')).status, 201);
    assert.equal(countOf('/push/twice'), 2);
  });

  it('breaks the connection without delivering for a reset, and after delivering for lost', async () => {
    simulated.simulator.script([rule('reset', { match: { address: '/push/reset' } })]);
    await assert.rejects(push('/push/reset'));
    assert.equal(countOf('/push/reset'), 0);
    client = new Http2Client(simulated.simulator.url, simulated.ca);
    simulated.simulator.script([rule('lost', { match: { address: '/push/lost' } })]);
    await assert.rejects(push('/push/lost'));
    assert.equal(countOf('/push/lost'), 1);
  });

  it('resets one stream and leaves the others of its connection alone', async () => {
    simulated.simulator.script([rule('resetStream', { match: { address: '/push/reset' } })]);
    const [reset, other] = await Promise.allSettled([push('/push/reset'), push('/push/other')]);
    assert.equal(reset.status, 'rejected');
    assert.equal(other.status, 'fulfilled');
    assert.equal(countOf('/push/reset'), 0);
    assert.equal((await push('/push/other')).status, 201);
  });

  it('holds a push until it is released, and then answers what the rule says', async () => {
    for (const [outcome, status] of [
      ['hold', 201],
      ['holdGone', 410],
    ] as const) {
      simulated.simulator.script([rule(outcome, { times: 1 })]);
      const answered = push(`/push/${outcome}`);
      await until(() => simulated.simulator.held === 1);
      simulated.simulator.release();
      assert.deepEqual([(await answered).status, simulated.simulator.held], [status, 0]);
    }
    assert.deepEqual([countOf('/push/hold'), countOf('/push/holdGone')], [1, 0]);
  });

  it('sends GOAWAY, still answers, and serves the next connection', async () => {
    simulated.simulator.script([rule('goaway', { times: 1 })]);
    const goaway = once(client.session, 'goaway');
    const closed = once(client.session, 'close');
    assert.equal((await push('/push/away')).status, 201);
    await goaway;
    await closed;
    client = new Http2Client(simulated.simulator.url, simulated.ca);
    assert.equal((await push('/push/away')).status, 201);
  });

  it('answers late for a delay, when its clock says so', async () => {
    simulated.simulator.script([rule({ delayMs: 5000 }, { times: 1 })]);
    const late = push('/push/late');
    // The request after it on the same connection is answered, so the late one has arrived.
    await push('/push/prompt');
    assert.equal(countOf('/push/late'), 0);
    simulated.clock.advance(5000);
    assert.equal((await late).status, 201);
    assert.equal(countOf('/push/late'), 1);
  });

  it('holds until it is released, over HTTP too', async () => {
    for (const release of [
      () => simulated.simulator.release(),
      () => void client.send('/simulate/release', { body: '' }),
    ]) {
      const before = countOf('/push/held');
      simulated.simulator.script([rule('hold', { times: 1 })]);
      const held = push('/push/held');
      // The request after it on the same connection is answered, so the held one has arrived.
      await push('/push/prompt');
      assert.equal(countOf('/push/held'), before);
      release();
      assert.equal((await held).status, 201);
      assert.equal(countOf('/push/held'), before + 1);
    }
  });

  it('never answers for hang, and closes nonetheless', async () => {
    const own = await simulate([anything]);
    own.simulator.script([rule('hang')]);
    const hanging = new Http2Client(own.simulator.url, own.ca);
    const never = assert.rejects(hanging.send('/push/hang', { body: 'x' }));
    await own.simulator.waitUntil(() => own.simulator.stats.providers.webpush.answers.none === 1);
    assert.equal(own.simulator.total, 0);
    await own.close();
    await never;
  });

  it('scripts a request that is no push by its path alone', async () => {
    simulated.simulator.script([
      rule({ status: 500 }, { match: { path: '/token' }, times: 1 }),
      rule('gone'),
    ]);
    assert.equal((await client.send('/token', { body: '' })).status, 500);
    assert.equal((await client.send('/token', { body: '' })).status, 200);
  });

  it('takes a share of the requests, the same for the same seed', async () => {
    const draw = async (seed: number): Promise<string> => {
      const own = await simulate([anything], { seed });
      own.simulator.script([rule('gone', { share: 0.5 })]);
      const sender = new Http2Client(own.simulator.url, own.ca);
      let drawn = '';
      for (let index = 0; index < 40; index += 1) {
        drawn += (await sender.send('/push/1', { body: 'x' })).status === 410 ? 'g' : '.';
      }
      sender.close();
      await own.close();
      return drawn;
    };
    const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
    assert.equal(one, again);
    assert.notEqual(one, other);
    assert.match(one, /g/);
    assert.match(one, /\./);
  });

  it('is scripted and read over HTTP', async () => {
    const rules = JSON.stringify([rule('gone', { match: { provider: 'webpush' }, times: 1 })]);
    assert.equal((await client.send('/simulate/script', { body: rules })).status, 204);
    assert.equal((await push()).status, 410);
    assert.equal((await client.send('/simulate/delivered', { method: 'DELETE' })).status, 204);
    await push('/push/a', 'a');
    await push('/push/b', 'b');
    const get = async (path: string) => JSON.parse((await client.send(path, { method: 'GET' })).body);
    const all = await get('/simulate/delivered?provider=webpush');
    assert.deepEqual(
      all.delivered.map(({ payload }: { payload: string }) => payload),
      ['a', 'b'],
    );
    const [{ position }] = all.delivered;
    const rest = await get(`/simulate/delivered?after=${position}`);
    assert.deepEqual(
      rest.delivered.map(({ payload }: { payload: string }) => payload),
      ['b'],
    );
    assert.equal(rest.last, all.last);
    assert.deepEqual((await get('/simulate/delivered?provider=apns')).delivered, []);
    const stats = await get('/simulate/stats');
    assert.equal(stats.delivered, simulated.simulator.total);
    assert.ok(stats.connections.http2 > 0 && stats.providers.webpush.answers['201'] > 0);
  });

  it('refuses a script that it does not understand, and says where', async () => {
    for (const [rules, message] of [
      ['{}', /array/],
      ['[{"then":"explode"}]', /\[0\]\.then must be "gone"/],
      ['[{"then":"gone","time":1}]', /time is unknown/],
      ['[{"then":{"status":503,"delayMs":1}}]', /\[0\]\.then/],
      ['[{"then":{"status":99}}]', /then\.status/],
      ['[{"then":"gone","share":2}]', /share/],
      ['[{"match":{"provider":"gcm"},"then":"gone"}]', /match\.provider/],
      ['[{"match":{"adress":"x"},"then":"gone"}]', /match\.adress is unknown/],
      ['[', /JSON/],
    ] as const) {
      const { status, body } = await client.send('/simulate/script', { body: rules });
      assert.equal(status, 400, rules);
      assert.match(JSON.parse(body).error, message);
    }
  });

  it('takes every form of outcome', () => {
    const rules: Rule[] = [
      rule('lost'),
      rule({ status: 500, reason: 'x', body: 'y' }, { match: { path: '/token' }, share: 0.1, times: 3 }),
      rule({ retryAfterSeconds: 1, status: 503 }),
      rule({ delayMs: 10 }),
    ];
    assert.deepEqual(readRules(JSON.parse(JSON.stringify(rules))), rules);
  });
});

describe('a simulator without TLS', () => {
  it('speaks HTTP/1.1 and HTTP/2 with prior knowledge on one port', async () => {
    const simulator = await openSimulator({ tls: null, providers: [anything], clock: systemClock });
    try {
      const client = new Http2Client(simulator.url);
      assert.equal((await client.send('/push/new', { body: 'x' })).status, 201);
      const again = await client.send('/push/new', { body: 'y'.repeat(200_000) });
      assert.equal(again.status, 201);
      client.close();
      const request = httpRequest(`${simulator.url}/push/old`, { method: 'POST', agent: false });
      request.end('hello');
      const [response] = await once(request, 'response');
      assert.equal(response.statusCode, 201);
      await text(response);
      assert.deepEqual(
        simulator.delivered.map(({ protocol }) => protocol),
        ['HTTP/2', 'HTTP/2', 'HTTP/1.1'],
      );
    } finally {
      await simulator.close();
    }
  });

  it('drops a client that sends more than any provider takes', async () => {
    const simulator = await openSimulator({ tls: null, providers: [anything], clock: systemClock });
    const client = new Http2Client(simulator.url);
    await assert.rejects(client.send('/push/huge', { body: Buffer.alloc(1_100_000) }));
    assert.equal(simulator.total, 0);
    client.close();
    await simulator.close();
  });
});
