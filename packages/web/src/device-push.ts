// Web Push of this browser as a switch: on or off, and the reason when it can't be turned on. The texts are the client's; this
// file maps its states to the switch.
import type { Hub } from '@carillon/client';
import {
  disableWebPush,
  enableWebPush,
  type PushHub,
  type WebPushState,
  webPushState,
} from '@carillon/client/web-push';
import type { Subscription } from '@carillon/protocol';
import { findWorker } from './worker.ts';

export interface PushView {
  readonly on: boolean;
  readonly possible: boolean;
  readonly reason: string;
}

export interface DevicePush {
  read(): Promise<PushView>;
  /** Answers why not, where it could not be turned on. */
  turnOn(displayName: string): Promise<PushView>;
  turnOff(): Promise<PushView>;
}

export interface DevicePushOptions {
  readonly hub: Hub;
  readonly installationId: string;
  readonly targetHostName: string;
  /** Registers this device again, without a push address. */
  readonly onTurnedOff: () => Promise<void>;
}

export function openDevicePush(options: DevicePushOptions): DevicePush {
  const { hub, installationId, targetHostName, onTurnedOff } = options;
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
    read: async () => viewOf(await webPushState(await findWorker())),
    async turnOn(displayName) {
      const registration = await findWorker();
      if (!registration) return noWorker;
      return viewOf(await enableWebPush({ hub, registration, installationId, targetHostName, displayName }));
    },
    turnOff,
  };
}

const noWorker: PushView = {
  on: false,
  possible: false,
  reason: 'Push is off: this page has no service worker here. Reload it, or allow it to keep data.',
};

/** What the browser has means nothing where the hub has no address of it: it was removed elsewhere, or away too long. */
export function pushAtHub(view: PushView, own: Subscription | null): PushView {
  if (!view.on || !own || own.channel) return view;
  const reason =
    'Push is off: this device was removed on another one, or away for too long. Turn it on again.';
  return { ...view, on: false, reason };
}

function viewOf({ state, reason, detail }: WebPushState): PushView {
  const possible = state !== 'denied' && state !== 'unsupported' && !state.startsWith('needs');
  return { on: state === 'on', possible, reason: detail === null ? reason : `${reason} (${detail})` };
}
