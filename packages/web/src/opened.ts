// The inbox of the user who is signed in: the live feed, the component that shows it, and this device among the user's.
// Opened once a page; closing it at sign-out lets go of everything that is the user's.
import type { Now } from './clock.ts';
import { openDevicePush } from './device-push.ts';
import { type HubCalls, openCalls } from './hub-calls.ts';
import type { InboxConfig } from './inbox-config.ts';
import type { DevicesPanel } from './parts/devices-panel.ts';
import type { User } from './sign-in/id-token.ts';
import type { Session, Signed } from './sign-in/session.ts';
import type { Vault } from './sign-in/vault.ts';
import { readInstallation, registerDevice } from './this-device.ts';

export interface Opened {
  readonly user: User;
  readonly calls: HubCalls;
  readonly inbox: HTMLElement;
  readonly devices: DevicesPanel;
  /** Ends this device's registration and lets go of the feed. */
  leave(): Promise<void>;
}

export interface OpenOptions {
  readonly config: InboxConfig;
  readonly session: Session;
  readonly signed: Signed;
  readonly vault: Vault;
  readonly now: Now;
}

export async function openInbox({ config, session, signed, vault, now }: OpenOptions): Promise<Opened> {
  const calls = openCalls(config.publicUrl, session);
  const installationId = await readInstallation(vault);
  const inbox = document.createElement('div');
  const devices = document.createElement('carillon-devices') as DevicesPanel;
  Object.assign(devices, { calls, installationId, now, push: openDevicePush() });
  const { targetHostName } = config;
  const register = async (): Promise<void> => {
    devices.devices = await registerDevice({ calls, installationId, targetHostName, now: now() });
  };
  register().catch(() => {}); // offline: the next start does it
  return {
    user: signed.user,
    calls,
    inbox,
    devices,
    async leave() {
      const own = (await calls.devices()).find((device) => device.installationId === installationId);
      if (own) await calls.remove(own.id);
    },
  };
}
