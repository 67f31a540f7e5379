// The FCM simulator under Google's own client: firebase-admin gets its access token and sends. Its hosts are fixed, so
// the agent that its documentation lets an app bring leads connections to those hosts to the simulator.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { type App, cert, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Message, type Messaging } from 'firebase-admin/messaging';
import { type FcmTokenState, fcmProvider, makeServiceAccount, rule } from '../src/index.ts';
import { type Simulated, simulate } from './support/simulated.ts';

const projectId = 'carillon-test';
/** What Google's client writes into its assertions, whatever the account's file says. */
const tokenUri = 'https://oauth2.googleapis.com/token';

/** Connects to the simulator, whatever host is asked for. */
class SimulatorAgent extends Agent {
  readonly #port: number;
  readonly #ca: string;

  constructor({ simulator, ca }: Simulated) {
    super({ keepAlive: true });
    this.#port = simulator.port;
    this.#ca = ca;
  }

  override createConnection(): TLSSocket {
    return tlsConnect({ host: '127.0.0.1', port: this.#port, ca: this.#ca, servername: 'localhost' });
  }
}

describe('firebase-admin with the FCM simulator', () => {
  const { serviceAccount, account } = makeServiceAccount({ projectId, tokenUri });
  const tokens = new Map<string, FcmTokenState>([
    ['device:gone', 'unregistered'],
    ['device:other', 'senderIdMismatch'],
  ]);
  let simulated: Simulated;
  let agent: SimulatorAgent;
  let app: App;
  let folder: string;
  let messaging: Messaging;

  before(async () => {
    simulated = await simulate([fcmProvider({ accounts: [account], tokens })]);
    agent = new SimulatorAgent(simulated);
    folder = await mkdtemp(join(tmpdir(), 'carillon-firebase-'));
    app = open('test', serviceAccount);
    messaging = getMessaging(app);
  });

  after(async () => {
    await deleteApp(app);
    agent.destroy();
    await simulated.close();
    await rm(folder, { recursive: true });
  });

  /** By a file, as Google's console gives it: for an object it leaves the agent out when it asks for a token. */
  function open(name: string, content: typeof serviceAccount): App {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(content));
    return initializeApp({ credential: cert(path, agent), httpAgent: agent, projectId }, name);
  }

  async function codeOf(message: Message): Promise<string> {
    const error = await messaging.send(message).then(
      () => null,
      (rejected: { code: string }) => rejected,
    );
    return error?.code ?? 'none';
  }

  it('gets an access token and delivers a message', async () => {
    const id = await messaging.send({
      token: 'device:1',
      notification: { title: 'Lunch', body: 'is ready' },
      data: { carillon: '{"v":1}' },
      android: {
        ttl: 3_500,
        priority: 'high',
        collapseKey: 'lunch',
        notification: { tag: 't', channelId: 'c' },
      },
    });
    assert.match(id, /^projects\/carillon-test\/messages\/./);
    const push = simulated.simulator.delivered.at(-1);
    assert.equal(push?.address, 'device:1');
    const { android, data } = push.payload as { android: Record<string, unknown>; data: object };
    assert.deepEqual(data, { carillon: '{"v":1}' });
    assert.equal(android.collapse_key, 'lunch');
    assert.match(String(android.ttl), /^3\.50*s$/);
  });

  it('sends many, with one access token for all', async () => {
    const asked = simulated.simulator.stats.providers.fcm.requests;
    messaging.enableLegacyHttpTransport();
    const { successCount, responses } = await messaging.sendEach([
      { token: 'device:1', data: { n: '1' } },
      { token: 'device:gone', data: { n: '2' } },
      { topic: 'lunch', data: { n: '3' } },
    ]);
    assert.equal(successCount, 2);
    assert.equal(responses[1]?.error?.code, 'messaging/registration-token-not-registered');
    assert.equal(simulated.simulator.stats.providers.fcm.requests, asked + 3);
  });

  it("reads the simulator's errors as Google's", async () => {
    assert.equal(await codeOf({ token: 'device:gone' }), 'messaging/registration-token-not-registered');
    assert.equal(await codeOf({ token: 'device:other' }), 'messaging/mismatched-credential');
    assert.equal(await codeOf({ token: 'not a token' }), 'messaging/invalid-argument');
    assert.equal(
      await codeOf({ token: 'device:1', data: { big: 'x'.repeat(4100) } }),
      'messaging/invalid-argument',
    );
    const script = async (status: number): Promise<string> => {
      simulated.simulator.script([rule({ status }, { match: { provider: 'fcm' } })]);
      const code = await codeOf({ token: 'device:1' });
      simulated.simulator.script([]);
      return code;
    };
    assert.equal(await script(429), 'messaging/message-rate-exceeded');
    assert.equal(await script(404), 'messaging/registration-token-not-registered');
    assert.equal(await script(500), 'messaging/internal-error');
  });

  it('gets no access token with a key that the account does not have', async () => {
    const stranger = open('stranger', makeServiceAccount({ projectId, tokenUri }).serviceAccount);
    await assert.rejects(getMessaging(stranger).send({ token: 'device:1' }), /Invalid JWT Signature/);
    await deleteApp(stranger);
  });

  it('is refused for another project than the account is of', async () => {
    const credential = app.options.credential;
    assert.ok(credential);
    const other = initializeApp({ credential, httpAgent: agent, projectId: 'another' }, 'other');
    await assert.rejects(getMessaging(other).send({ token: 'device:1' }), /Permission .* denied/);
    await deleteApp(other);
  });
});
