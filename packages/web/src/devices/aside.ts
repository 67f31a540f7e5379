// What stands beside the inbox: the devices with this one's push switch, and the sessions. It is loaded once the inbox is shown,
// so that it delays nothing of it.
import type { Hub, Requests } from '@carillon/client';
import type { HubClock } from '@carillon/client/web-push';
import { openDevicePush } from './device-push.ts';
import { DevicesPanel } from './devices-panel.ts';
import { openOwnDevices } from './own-devices.ts';
import { SessionsPanel } from './sessions-panel.ts';

// With a file of its own the bundler would split the first load in two.
export { PreferencesDialog } from '../preferences/preferences-dialog.ts';
export { openProxiedPictures } from '../proxied-pictures.ts';

export interface AsideOptions {
  readonly hub: Hub;
  readonly calls: Requests;
  readonly installationId: string;
  readonly targetHostName: string;
  readonly clock: HubClock;
  /** Registers this device again, without a push address. */
  readonly register: () => Promise<void>;
}

export interface Aside {
  readonly panels: readonly HTMLElement[];
  /** This device was registered. */
  refresh(): void;
}

export function openAside(options: AsideOptions): Aside {
  const { hub, calls, installationId, targetHostName, clock, register } = options;
  const now = (): number => clock.now();
  const push = openDevicePush({ hub, clock, installationId, targetHostName, onTurnedOff: register });
  const devices = Object.assign(new DevicesPanel(), {
    own: openOwnDevices(calls),
    installationId,
    now,
    push,
  });
  const sessions = Object.assign(new SessionsPanel(), { calls, now });
  devices.addEventListener('removed', () => void sessions.refresh());
  return {
    panels: [devices, sessions],
    refresh() {
      void devices.refresh();
      void sessions.refresh();
    },
  };
}
