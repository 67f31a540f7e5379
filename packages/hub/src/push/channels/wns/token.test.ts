import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PushFailure, PushRequest, PushResponse } from '../contract.ts';
import type { WnsCredentials } from './credentials.ts';
import { openWnsTokens } from './token.ts';

const minute = 60_000;
const entra: WnsCredentials = { clientId: '6f0a3f35-4f5e-4f0d-9a53-0d3e5a3f7c11', clientSecret: 'one' };

/** The network, which is where the hub ends: answers are given by hand. */
function opened() {
  const asked: { readonly request: PushRequest; answer(given: PushResponse | PushFailure): void }[] = [];
  const clock = { now: Date.UTC(2030, 0, 1) };
  const transport = {
    request(request: PushRequest) {
      const { promise, resolve } = Promise.withResolvers<PushResponse | PushFailure>();
      asked.push({ request, answer: resolve });
      return promise;
    },
    close: async () => {},
  };
  return { asked, clock, tokens: openWnsTokens({ transport, now: () => clock.now }) };
}

type Opened = ReturnType<typeof opened>;

async function given({ asked, tokens }: Opened, token: string, life: number | string = 86_400) {
  const got = tokens.get('app', entra);
  asked.at(-1)?.answer(grant(token, life));
  assert.equal(await got, token);
}

function grant(token: string, life: unknown): PushResponse {
  return { status: 200, headers: {}, body: JSON.stringify({ access_token: token, expires_in: life }) };
}

test('a Store app asks the classic endpoint, any other Entra, and a tokenUrl comes first', () => {
  const seen = (credentials: WnsCredentials) => {
    const { asked, tokens } = opened();
    void tokens.get('app', credentials);
    const { url, body, trusted } = asked[0]!.request;
    assert.equal(trusted, true);
    const form = new URLSearchParams(String(body));
    assert.equal(form.get('grant_type'), 'client_credentials');
    return [url, form.get('scope'), form.get('client_id'), form.get('client_secret')];
  };
  const store = { clientId: 'ms-app://s-1-15-2-1', clientSecret: 'a&b' };
  const classic = ['notify.windows.com', store.clientId, store.clientSecret];
  const modern = ['https://wns.windows.com/.default', entra.clientId, entra.clientSecret];
  assert.deepEqual(seen(store), ['https://login.live.com/accesstoken.srf', ...classic]);
  assert.deepEqual(seen(entra), ['https://login.microsoftonline.com/common/oauth2/v2.0/token', ...modern]);
  assert.deepEqual(seen({ ...entra, tokenUrl: 'https://gate.example/t' }), [
    'https://gate.example/t',
    ...modern,
  ]);
  assert.deepEqual(seen({ ...store, tokenUrl: 'https://gate.example/t' }), [
    'https://gate.example/t',
    ...classic,
  ]);
});

test('all who wait share one request, and later ones its token', async () => {
  const all = opened();
  const waiting = [all.tokens.get('app', entra), all.tokens.get('app', entra)];
  all.asked[0]!.answer(grant('first', 86_400));
  assert.deepEqual(await Promise.all(waiting), ['first', 'first']);
  assert.equal(await all.tokens.get('app', entra), 'first');
  assert.equal(all.asked.length, 1);
});

test('a token is asked for anew five minutes before its end, also when its life is written as text', async () => {
  const all = opened();
  await given(all, 'first', '3600');
  all.clock.now += 55 * minute - 1;
  await given(all, 'first');
  assert.equal(all.asked.length, 1);
  all.clock.now += 1;
  await given(all, 'second');
  assert.equal(all.asked.length, 2);
});

test('a short-lived token is used for half of its life', async () => {
  const all = opened();
  await given(all, 'first', 60);
  all.clock.now += minute / 2 - 1;
  await given(all, 'first');
  all.clock.now += 1;
  await given(all, 'second');
});

test('other credentials count at once', async () => {
  const all = opened();
  await given(all, 'first');
  void all.tokens.get('app', { ...entra, clientSecret: 'two' });
  assert.equal(all.asked.length, 2);
});

test('a forgotten token is asked for anew, and is told to have been new or old', async () => {
  const all = opened();
  await given(all, 'first');
  assert.equal(all.tokens.forget('app', 'another'), false);
  assert.equal(all.tokens.forget('app', 'first'), true);
  await given(all, 'second');
  all.clock.now += minute;
  assert.equal(all.tokens.forget('app', 'second'), false);
  await given(all, 'third');
  assert.equal(all.asked.length, 3);
});

test('a failure is told to all who wait, and the next one asks again', async () => {
  const all = opened();
  const waiting = [all.tokens.get('app', entra), all.tokens.get('app', entra)];
  all.asked[0]!.answer({ failure: 'reset', reason: 'ECONNRESET', unanswered: true });
  for (const outcome of await Promise.all(waiting)) {
    assert.ok(typeof outcome !== 'string');
    // The push itself was never sent.
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.unanswered], ['retry', 'provider', false]);
  }
  await given(all, 'first');
  assert.equal(all.asked.length, 2);
});

test('a token that is no header value is none', async () => {
  const { asked, tokens } = opened();
  const got = tokens.get('app', entra);
  asked[0]!.answer(grant('two\r\nlines', 60));
  const outcome = await got;
  assert.equal(typeof outcome === 'string' ? outcome : outcome.reason, 'token: noAccessToken');
});
