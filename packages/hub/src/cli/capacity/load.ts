// What happens in a second at the peak, and on average: the traffic that everything else is calculated from. Where the
// hub saves work when it can (a tap that a listening device doesn't need), it is counted as done.
import { type PlatformType, platformTypes } from '@carillon/protocol';
import { recordOf } from '../../lib/record.ts';
import { channelOf } from './channels.ts';
import { hubFixed } from './constants.ts';
import type { CapacityInputs } from './inputs.ts';

const daySeconds = 86_400;

/** Each a second. */
export interface Rates {
  readonly creates: number;
  readonly stateChanges: number;
  readonly frames: number;
  /** Pushes by platform: they ring, and clear what was handled elsewhere. */
  readonly pushes: Readonly<Record<PlatformType, number>>;
  readonly pushesAll: number;
  /** Devices that were tapped while away, and read from their cursor. */
  readonly fetches: number;
}

export interface Load {
  readonly mean: Rates;
  readonly peak: Rates;
  readonly devices: number;
  readonly streams: number;
  readonly onlineUsers: number;
  readonly heartbeats: number;
}

export function loadOf(inputs: CapacityInputs): Load {
  const { users, devices, online, rate, peak } = inputs;
  const creates = (users * rate) / daySeconds;
  const streams = users * devices * online;
  return {
    mean: ratesOf(inputs, creates),
    peak: ratesOf(inputs, creates * peak),
    devices: users * devices,
    streams,
    onlineUsers: Math.min(streams, users * (1 - (1 - online) ** devices)),
    heartbeats: streams / hubFixed.heartbeatSeconds,
  };
}

function ratesOf({ devices, online, handled, platforms }: CapacityInputs, creates: number): Rates {
  const stateChanges = creates * handled;
  const handledOnce = creates * Math.min(handled, 1);
  // The device that acts is not tapped for it; a browser can't be, since it would have to show something.
  const clears = (platform: PlatformType): number =>
    channelOf(platform).flags.canClear ? handledOnce * Math.max(devices - 1, 0) * platforms[platform] : 0;
  const pushes = recordOf(
    platformTypes,
    (platform) => creates * devices * platforms[platform] + clears(platform),
  );
  return {
    creates,
    stateChanges,
    frames: (creates + stateChanges) * devices * online,
    pushes,
    pushesAll: Object.values(pushes).reduce((sum, each) => sum + each, 0),
    fetches: creates * devices * (1 - online),
  };
}
