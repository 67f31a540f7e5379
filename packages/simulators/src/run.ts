// All four push services on one port, with one set of keys that a caller may keep: what `carillon simulate` runs. What
// an operator types into the hub for them is each provider's `about`.
import { randomBytes, randomUUID } from 'node:crypto';
import { makeApnsKey } from './apns/key.ts';
import { apnsProvider } from './apns/provider.ts';
import { fcmProvider } from './fcm/provider.ts';
import { accountOf, makeServiceAccount, type ServiceAccountJson } from './fcm/service-account.ts';
import { openSimulator, type Simulator, type SimulatorOptions } from './server.ts';
import { webPushProvider } from './webpush/provider.ts';
import { wnsProvider } from './wns/provider.ts';
import type { WnsApp } from './wns/token-endpoint.ts';

const projectId = 'carillon-simulated';

/** Plain data, so that it may be kept as JSON. */
export interface SimulatorKeys {
  readonly apns: { readonly teamId: string; readonly keyId: string; readonly privateKey: string };
  /** Its `token_uri` is set to where the simulator listens. */
  readonly fcm: ServiceAccountJson;
  readonly wns: WnsApp;
}

export interface RunOptions extends Omit<SimulatorOptions, 'providers'> {
  readonly keys: SimulatorKeys;
  /** Bundle ids that the APNs key may push to. */
  readonly topics: readonly string[];
  /** `sample` decrypts a few Web Push payloads only, for measurements. */
  readonly decrypt?: 'all' | 'sample';
}

export function makeSimulatorKeys(): SimulatorKeys {
  const { teamId, keyId, privateKey } = makeApnsKey({ topics: [] });
  return {
    apns: { teamId, keyId, privateKey },
    fcm: makeServiceAccount({ projectId, tokenUri: '' }).serviceAccount,
    wns: {
      clientId: randomUUID(),
      clientSecret: randomBytes(24).toString('base64url'),
      tenant: randomUUID(),
    },
  };
}

export function runSimulators({ keys, topics, decrypt = 'all', ...options }: RunOptions): Promise<Simulator> {
  return openSimulator({
    ...options,
    providers: (url) => [
      apnsProvider({ keys: [{ ...keys.apns, topics }] }),
      fcmProvider({ accounts: [accountOf({ ...keys.fcm, token_uri: `${url}/token` })] }),
      wnsProvider({ apps: [keys.wns] }),
      webPushProvider({ decrypt }),
    ],
  });
}
