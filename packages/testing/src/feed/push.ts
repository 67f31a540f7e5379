// A hub that pushes, with the simulated providers of all four platforms behind it over real TLS, and a user's devices.
//   await using push = await startPush();
//   const devices = await push.fourDevices();
//   await push.simulator.waitFor(({ address }) => address === devices.ios.address);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ApnsDevice,
  apnsProvider,
  type Delivered,
  entraApp,
  type FcmTokenState,
  fcmProvider,
  makeApnsKey,
  makeServiceAccount,
  openSimulator,
  type Simulator,
  storeApp,
  type WebPushProvider,
  type WnsProvider,
  webPushProvider,
  wnsProvider,
} from '@carillon/simulators';
import { makeDevCertificate } from '../../../hub/src/edge/http/dev-certificate.ts';
import { vapidKeysOf } from '../../../hub/src/hub/open-push.ts';
import { type Clock, systemClock } from '../../../hub/src/lib/clock.ts';
import { freePort, type HubOverrides, startHub, subscribe, type TestHub, type TestUser } from '../hub/hub.ts';
import { tempFolder } from '../hub/identity.ts';
import { given } from './credentials.ts';

export const topic = 'example.contoso.app';
/** Beside the one that the hub has. */
export const otherWnsSecret = 'entra-app-second-secret';

export interface Device {
  readonly unsId: string;
  /** What the simulator knows it by. */
  readonly address: string;
}

export type Platform = 'windows' | 'ios' | 'android' | 'webPush';

export interface PushHub extends AsyncDisposable {
  readonly hub: TestHub;
  readonly simulator: Simulator;
  readonly webPush: WebPushProvider;
  readonly wns: WnsProvider;
  /** What the simulators are told of device tokens. */
  readonly fcmTokens: Map<string, FcmTokenState>;
  readonly apnsDevices: Map<string, ApnsDevice>;
  register(
    platform: Platform,
    more?: Readonly<Record<string, unknown>> & { user?: TestUser },
  ): Promise<Device>;
  fourDevices(user?: TestUser): Promise<Record<Platform, Device>>;
  /** What the simulators delivered to a device, oldest first. */
  to(device: Device): Delivered[];
  /** The hub again on the same data, as after a restart. */
  restart(): Promise<void>;
  /** Closes the hub alone. */
  stop(): Promise<void>;
}

export async function startPush(overrides: HubOverrides = {}): Promise<PushHub> {
  const clock: Clock = overrides.clock ?? systemClock;
  const folder = tempFolder();
  const { key, cert, caPath } = await makeDevCertificate(join(folder.path, 'providers'), systemClock);
  const apnsKey = makeApnsKey({ topics: [topic] });
  const webPush = webPushProvider();
  const wns = wnsProvider({ apps: [storeApp, entraApp, { ...entraApp, clientSecret: otherWnsSecret }] });
  const fcmTokens = new Map<string, FcmTokenState>();
  const apnsDevices = new Map<string, ApnsDevice>();
  let account: ReturnType<typeof makeServiceAccount> | null = null;
  const simulator = await openSimulator({
    tls: { key, cert },
    clock,
    providers: (url) => {
      account = makeServiceAccount({ projectId: 'contoso', tokenUri: `${url}/token` });
      return [
        apnsProvider({ keys: [apnsKey], devices: apnsDevices }),
        fcmProvider({ accounts: [account.account], tokens: fcmTokens }),
        wns,
        webPush,
      ];
    },
  });
  const { url } = simulator;
  const { serviceAccount } = account as unknown as ReturnType<typeof makeServiceAccount>;
  const dataDir = join(folder.path, 'data');
  // The same over a restart: the port is part of the issuer, and with it of who a user is.
  const port = String(await freePort());
  const settings = { port, 'push-ca': caPath, 'allow-private-push': true, ...overrides.settings };
  const start = async (): Promise<TestHub> => {
    const hub = await startHub({ ...overrides, clock, settings, dataDir });
    const { credentials } = hub.registry;
    const { teamId, keyId, privateKey } = apnsKey;
    const { clientId, clientSecret, tenant } = entraApp;
    await credentials.put(
      'app-a',
      'apns',
      given('apns', { teamId, keyId, privateKey, baseUrl: url }),
      clock.now(),
    );
    await credentials.put('app-a', 'fcm', given('fcm', { serviceAccount, baseUrl: url }), clock.now());
    const tokenUrl = `${url}/${tenant}/oauth2/v2.0/token`;
    await credentials.put('app-a', 'wns', given('wns', { clientId, clientSecret, tokenUrl }), clock.now());
    return hub;
  };
  let hub = await start();
  let registered = 0;

  const channelOf = async (platform: Platform): Promise<{ channel: object; address: string }> => {
    const token = (registered++).toString(16).padStart(64, 'a');
    switch (platform) {
      case 'windows': {
        const channelUri = wns.makeChannel({ origin: url, app: entraApp.clientId });
        return { channel: { type: 'wns', channelUri }, address: channelUri };
      }
      case 'ios':
        return { channel: { type: 'apns', token, topic, environment: 'production' }, address: token };
      case 'android':
        return { channel: { type: 'fcm', token: `device:${token}` }, address: `device:${token}` };
      case 'webPush': {
        const applicationServerKey = (await vapidKeysOf(hub.registry)).publicKey;
        const made = webPush.subscribe({ origin: url, applicationServerKey });
        return { channel: { type: 'webPush', ...made }, address: made.endpoint };
      }
    }
  };
  const register: PushHub['register'] = async (platform, { user = 'alice', ...more } = {}) => {
    const { channel, address } = await channelOf(platform);
    const token = hub.token({ user });
    const body = { installationId: `${user} ${platform}`, platformType: platform, channel, token, ...more };
    return { unsId: await subscribe(hub, body), address };
  };
  const dispose = async (): Promise<void> => {
    await hub.close();
    await simulator.close();
    folder.remove();
  };
  return {
    get hub() {
      return hub;
    },
    simulator,
    webPush,
    wns,
    fcmTokens,
    apnsDevices,
    register,
    async fourDevices(user = 'alice') {
      const [windows, ios, android, web] = await Promise.all(
        (['windows', 'ios', 'android', 'webPush'] as const).map((each) => register(each, { user })),
      );
      return { windows, ios, android, webPush: web } as Record<Platform, Device>;
    },
    to: ({ address }) => simulator.delivered.filter((push) => push.address === address),
    async restart() {
      await hub.close();
      hub = await start();
    },
    stop: () => hub.close(),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The authority that signed the simulators' certificate, for a hub in a process of its own. */
export function readCa(path: string): string {
  return readFileSync(path, 'utf8');
}
