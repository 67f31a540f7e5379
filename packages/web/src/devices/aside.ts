// What stands beside the inbox: the devices with this one's push switch, and the sessions. It is loaded once the inbox is shown,
// so that it delays nothing of it.
import type { Hub, Requests } from '@carillon/client';
import type { Subscription } from '@carillon/protocol';
import { openDevicePush } from './device-push.ts';
import { DevicesPanel } from './devices-panel.ts';
import { SessionsPanel } from './sessions-panel.ts';

export interface AsideOptions {
  readonly hub: Hub;
  readonly calls: Requests;
  readonly installationId: string;
  readonly targetHostName: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Registers this device again, without a push address. */
  readonly register: () => Promise<void>;
}

export interface Aside {
  readonly panels: readonly HTMLElement[];
  show(devices: readonly Subscription[]): void;
}

export function openAside(options: AsideOptions): Aside {
  const { hub, calls, installationId, targetHostName, now, register } = options;
  const push = openDevicePush({ hub, installationId, targetHostName, onTurnedOff: register });
  const devices = Object.assign(new DevicesPanel(), { calls, installationId, now, push });
  const sessions = Object.assign(new SessionsPanel(), { calls, now });
  return {
    panels: [devices, sessions],
    show(known) {
      devices.devices = known;
    },
  };
}
