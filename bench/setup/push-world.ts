// A hub's data and the push services that it reaches: credentials and keys are made once, and each hub gets a data
// folder with a copy of them, so that all of them push to the same simulated providers.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel, PlatformType } from '@carillon/protocol';
import { given } from '@carillon/testing/feed/credentials.ts';
import { openRegistry } from '../../packages/hub/src/hub/open-hub.ts';
import { vapidKeysOf } from '../../packages/hub/src/hub/open-push.ts';
import type { SubscribeWrite } from '../../packages/hub/src/model/write.ts';
import { type Child, startHub } from './child-process.ts';
import { type Person, subscribeWrite } from './push-writes.ts';
import { type Providers, SimulatorProcess } from './simulator-process.ts';
import { appId, makeDataDir } from './world.ts';

/** Discard's neighbour: nothing listens there. */
const nobodyListens = 'https://127.0.0.1:1';

export interface PushWorld {
  readonly simulator: SimulatorProcess;
  /** A folder that knows the providers' credentials; `fcmIsDead`: connections to FCM are refused. */
  makeDataDir(options?: { readonly fcmIsDead?: boolean }): Promise<string>;
  /** One device of that platform for each person, which the simulator knows. */
  subscribe(persons: readonly Person[], platform: PlatformType): Promise<SubscribeWrite[]>;
  startHub(dataDir: string): Promise<Child>;
  /** What a hub must be told to reach the providers. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function openPushWorld(): Promise<PushWorld> {
  const base = makeDataDir();
  const simulator = new SimulatorProcess(join(base, 'providers'));
  const providers = await simulator.ask('open', null);
  const applicationServerKey = await storeCredentials(base, providers);
  const { caPath, topic } = providers;
  const env = { CARILLON_PUSH_CA: caPath, CARILLON_ALLOW_PRIVATE_PUSH: '1' };
  const channelsOf = async (platform: PlatformType, count: number): Promise<readonly Channel[]> => {
    const tokens = Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'));
    switch (platform) {
      case 'ios':
        return tokens.map((token) => ({ type: 'apns', token, topic, environment: 'production' }));
      case 'android':
        return tokens.map((token) => ({ type: 'fcm', token: `device:${token}` }));
      case 'windows':
        return (await simulator.ask('windows', { count })).map((channelUri) => ({ type: 'wns', channelUri }));
      case 'webPush':
        return (await simulator.ask('browsers', { count, applicationServerKey })).map((made) => ({
          type: 'webPush',
          ...made,
        }));
    }
  };
  return {
    simulator,
    async makeDataDir({ fcmIsDead = false } = {}) {
      const dataDir = makeDataDir();
      for (const file of ['registry.db', 'secret.key']) copyFileSync(join(base, file), join(dataDir, file));
      if (fcmIsDead) await refuseFcm(dataDir, providers);
      return dataDir;
    },
    async subscribe(persons, platform) {
      const channels = await channelsOf(platform, persons.length);
      return persons.map((person, index) => subscribeWrite(person, platform, channels[index] as Channel));
    },
    startHub: (dataDir) => startHub({ dataDir, env }),
    env,
    close: () => simulator.stop(),
  };
}

/** Returns the key that browsers subscribe to. */
async function storeCredentials(
  dataDir: string,
  { credentials: { apns, fcm, wns } }: Providers,
): Promise<string> {
  const registry = await openRegistry({ dataDir: dataDir });
  await registry.credentials.put(appId, 'apns', given('apns', apns), Date.now());
  await registry.credentials.put(appId, 'fcm', given('fcm', fcm), Date.now());
  await registry.credentials.put(appId, 'wns', given('wns', wns), Date.now());
  const { publicKey } = await vapidKeysOf(registry);
  await registry.close();
  return publicKey;
}

async function refuseFcm(dataDir: string, { credentials: { fcm } }: Providers): Promise<void> {
  const registry = await openRegistry({ dataDir: dataDir });
  await registry.credentials.put(appId, 'fcm', given('fcm', { ...fcm, baseUrl: nobodyListens }), Date.now());
  await registry.close();
}
