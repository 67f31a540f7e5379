// This browser as one of the user's devices: registered at sign-in under a descriptive name, so that the user can rename and
// remove it, and renewed whenever the page opens.
import type { Requests } from '@carillon/client';
import type { Subscription } from '@carillon/protocol';
import type { Vault } from './sign-in/vault.ts';

export const installationName = 'installation';
/** The name of this device's UNS-ID in the vault. */
export const deviceName = 'device';

/** Stable until sign-out, when the next user gets another. */
export async function readInstallation(vault: Vault): Promise<string> {
  const known = await vault.read<string>(installationName);
  if (known !== null) return known;
  const made = crypto.randomUUID();
  await vault.write(installationName, made);
  return made;
}

export interface DeviceOptions {
  readonly calls: Requests;
  readonly installationId: string;
  readonly targetHostName: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const leaseMs = 30 * 86_400_000;

/** Its push address stays. */
export async function registerDevice(options: DeviceOptions): Promise<Subscription> {
  const { calls, installationId, targetHostName, now } = options;
  const devices = await calls.subscriptions();
  const own = devices.find((device) => device.installationId === installationId);
  const expirationDateTime = new Date(now + leaseMs).toISOString();
  return own
    ? calls.updateSubscription(own.id, { expirationDateTime })
    : calls.subscribe({
        ...{ targetHostName, installationId, expirationDateTime },
        displayName: nameAmong(devices, describeBrowser(navigator.userAgent)),
        platformType: 'webPush',
        channel: null,
      });
}

/** The name, or the name with a number where another device has it already. */
export function nameAmong(devices: readonly Pick<Subscription, 'displayName'>[], name: string): string {
  const taken = new Set(devices.map(({ displayName }) => displayName));
  let number = 1;
  const numbered = (): string => (number === 1 ? name : `${name} (${number})`);
  while (taken.has(numbered())) number += 1;
  return numbered();
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** Like `Chrome on Windows`. */
export function describeBrowser(userAgent: string): string {
  const find = (table: readonly (readonly [RegExp, string])[]): string | undefined =>
    table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = find(systems);
  return `${find(browsers) ?? 'Browser'}${system ? ` on ${system}` : ''}`;
}
