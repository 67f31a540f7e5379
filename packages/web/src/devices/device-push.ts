// Web Push of this browser as a switch: on or off, and the reason when it can't be turned on. This file maps the client's states
// to the switch and to the texts of the catalogues.
import type { Hub } from '@carillon/client';
import {
  disableWebPush,
  enableWebPush,
  type HubClock,
  type PushHub,
  type WebPushState,
  webPushState,
} from '@carillon/client/web-push';
import type { OwnDevice } from '@carillon/protocol';
import type { PageMessages } from '@carillon/words';
import { findWorker } from '../worker.ts';

export interface PushView {
  readonly on: boolean;
  readonly possible: boolean;
  readonly reason: keyof PageMessages;
  /** What the browser or the hub said, in its words. */
  readonly detail: string | null;
}

export interface DevicePush {
  read(): Promise<PushView>;
  /** Answers why not, where it could not be turned on. */
  turnOn(displayName: string): Promise<PushView>;
  turnOff(): Promise<PushView>;
}

export interface DevicePushOptions {
  readonly hub: Hub;
  readonly clock: HubClock;
  readonly installationId: string;
  readonly targetHostName: string;
  /** Registers this device again, without a push address. */
  readonly onTurnedOff: () => Promise<void>;
}

export function openDevicePush(options: DevicePushOptions): DevicePush {
  const { hub, clock, installationId, targetHostName, onTurnedOff } = options;
  // Only the push address is removed: the device and the name that the user gave it stay.
  const keepingDevice: PushHub = {
    ...hub,
    unsubscribe: async (id) => void (await hub.updateSubscription(id, { channel: null })),
  };
  const turnOff = async (): Promise<PushView> => {
    const registration = await findWorker();
    if (!registration) return noWorker;
    const state = await disableWebPush({ hub: keepingDevice, registration });
    await onTurnedOff().catch(() => {}); // offline: the next start does it
    return viewOf(state);
  };
  return {
    // Whether the hub still has it is in the list of devices, which says why not, too: pushAtHub.
    read: async () => viewOf(await webPushState(await findWorker())),
    async turnOn(displayName) {
      const registration = await findWorker();
      if (!registration) return noWorker;
      const place = { installationId, targetHostName, displayName };
      return viewOf(await enableWebPush({ hub, registration, clock, ...place }));
    },
    turnOff,
  };
}

const noWorker: PushView = { on: false, possible: false, reason: 'pushNoWorker', detail: null };

/** What the browser has means nothing where the hub has no address of it: it was removed elsewhere, or away too long. */
export function pushAtHub(view: PushView, own: OwnDevice | null): PushView {
  return !view.on || !own || own.isPushed ? view : { ...view, on: false, reason: 'pushRemoved' };
}

const reasons = {
  on: 'pushIsOn',
  off: 'pushIsOff',
  notAsked: 'pushNotAsked',
  denied: 'pushDenied',
  needsSecureContext: 'pushNeedsHttps',
  needsInstall: 'pushNeedsInstall',
  unsupported: 'pushUnsupported',
  pushServiceFailed: 'pushServiceFailed',
  hubFailed: 'pushHubFailed',
} as const satisfies Record<WebPushState['state'], keyof PageMessages>;

function viewOf({ state, detail }: WebPushState): PushView {
  const possible = state !== 'denied' && state !== 'unsupported' && !state.startsWith('needs');
  return { on: state === 'on', possible, reason: reasons[state], detail };
}
