// What clients of a hub do all the time, over real sockets, while something is changed beside them: they sign in at one
// node and redeem the code at another, refresh, get tokens by their secret, post, and listen. Every answer that is not the
// expected one is a failure.
import assert from 'node:assert/strict';
import { openSseReader, type Reader } from '../feed/readers.ts';
import { post, subscribe, type TestHub, until, userNames } from './hub.ts';
import { openBrowser, password, signIn, type Tokens } from './identity.ts';

const feed = '/v1.0/me/notifications';
const redirectUri = 'http://localhost/in';
const scope = 'openid Notifications.ReadWrite.CreatedByApp';
/** Asked for once: of a user and client the hub keeps the ten newest families. */
const lasting = `${scope} offline_access`;

export interface Load {
  /** How often each kind of work was done. */
  readonly done: Readonly<Record<'created' | 'signedIn' | 'refreshed' | 'issued', number>>;
  readonly failures: readonly string[];
  /** The secret that the service uses from its next request on. */
  useSecret(secret: string): void;
  /** Until each kind of work was done so often again. */
  more(times: number): Promise<void>;
  /** Ends it; every stream must have told of every notification that was created at its node. */
  end(): Promise<void>;
}

/** `hubs` are the nodes of one hub; the first is at the public URL. */
export async function startLoad(hubs: readonly TestHub[]): Promise<Load> {
  const done = { created: 0, signedIn: 0, refreshed: 0, issued: 0 };
  const failures: string[] = [];
  const [front] = hubs as [TestHub, ...TestHub[]];
  let secret = 'secret of app-a';
  let isOver = false;
  let turn = 0;
  const next = (): TestHub => hubs[turn++ % hubs.length] as TestHub;

  async function askTokens(form: Record<string, string>): Promise<Tokens> {
    const answer = await fetch(`${next().baseUrl}/identity/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const tokens = (await answer.json()) as Tokens;
    assert.equal(answer.status, 200, `${form.grant_type}: ${JSON.stringify(tokens)}`);
    return tokens;
  }

  async function sign(browse: ReturnType<typeof openBrowser>, more: Record<string, string>) {
    const options = {
      scope: more.scope ?? scope,
      user: userNames.alice,
      clientId: 'app-a-phone',
      redirectUri,
      password,
      browse,
      more,
    };
    const { location, verifier } = await signIn({ publicUrl: front.baseUrl }, options);
    const code = new URL(location).searchParams.get('code');
    assert.ok(code, `signing in led to ${location}`);
    const redeemed = { client_id: 'app-a-phone', code, code_verifier: verifier, redirect_uri: redirectUri };
    return askTokens({ grant_type: 'authorization_code', ...redeemed });
  }

  async function use(token: string): Promise<void> {
    for (const hub of hubs) {
      const answer = await hub.request('GET', `${feed}?$top=1`, { token });
      assert.equal(answer.status, 200, answer.text);
    }
  }

  const kept = openBrowser();
  const first = await sign(kept, { scope: lasting });
  const unsId = await subscribe(front, { token: first.access_token });
  const streams: { readonly hub: TestHub; readonly reader: Reader; readonly ids: string[] }[] = [];
  for (const hub of hubs) {
    const reader = await openSseReader({ baseUrl: hub.baseUrl, token: first.access_token });
    await reader.next('ready');
    streams.push({ hub, reader, ids: [] });
  }

  const work = [
    async function create(): Promise<void> {
      const { access_token: token } = await askTokens({
        grant_type: 'client_credentials',
        client_id: 'app-a',
        client_secret: secret,
      });
      done.issued++;
      for (const { hub, ids } of streams) {
        const headers = { 'x-uns-id': unsId };
        const answer = await hub.request('POST', feed, { token, headers, body: post() });
        assert.equal(answer.status, 201, answer.text);
        ids.push(answer.json.id);
        done.created++;
      }
    },
    async function signInOften(): Promise<void> {
      // With the password once in a while, since it costs much; else by the session that began before the load.
      const fresh = done.signedIn % 5 === 4;
      const { access_token: token } = await (fresh
        ? sign(openBrowser(), {})
        : sign(kept, { prompt: 'none' }));
      await use(token);
      done.signedIn++;
    },
    async function refresh(): Promise<void> {
      const { refresh_token: spent = '' } = refreshed;
      refreshed = await askTokens({
        grant_type: 'refresh_token',
        client_id: 'app-a-phone',
        refresh_token: spent,
      });
      await use(refreshed.access_token);
      await use(first.access_token);
      done.refreshed++;
    },
  ];
  let refreshed = first;
  const running = work.map(async (step) => {
    while (!isOver && failures.length === 0)
      await step().catch((error: Error) => failures.push(`${step.name}: ${error.message}`));
  });

  return {
    done,
    failures,
    useSecret(now) {
      secret = now;
    },
    async more(times) {
      const goal = Object.entries(done).map(([kind, count]) => [kind, count + times] as const);
      const reached = (): boolean =>
        failures.length > 0 || goal.every(([kind, count]) => done[kind as keyof typeof done] >= count);
      await until(reached, `${times} more of each`);
      assert.deepEqual(failures, []);
    },
    async end() {
      isOver = true;
      await Promise.all(running);
      for (const { reader, ids } of streams) {
        const told = (): Set<string> =>
          new Set(reader.frames.flatMap((frame) => (frame.type === 'change' ? [frame.value.id] : [])));
        await until(() => ids.every((id) => told().has(id)), 'each is on its stream');
        assert.equal(reader.closed(), false);
        reader.leave();
      }
      assert.deepEqual(failures, []);
    },
  };
}
