// How many hubs: by the time of their main threads, by the memory of their open streams, and by how many pushes each may
// have under way. At least two, and one more than what the load takes, so that one may be lost or replaced.
import { platformTypes } from '@carillon/protocol';
import { channelOf } from './channels.ts';
import { catchUpChanges, fanOutStreams, hubFixed, type Measured, measured } from './constants.ts';
import type { CapacityInputs, Transport } from './inputs.ts';
import type { Load, Rates } from './load.ts';

/** Seconds of main threads a second, by what they are spent on. */
type MainThreads = Readonly<Record<'commits' | 'frames' | 'pushes' | 'fetches', number>>;

export interface Hubs {
  readonly count: number;
  readonly mainThreads: MainThreads;
  readonly byCpu: number;
  readonly byMemory: number;
  readonly byPushes: number;
  readonly streamBytes: number;
  readonly streamsOfHub: number;
}

/** A burst of garbage and of catching up must fit beside the streams. */
const memoryUsable = 0.75;
const gib = 1024 ** 3;

const streamFigures: Readonly<Record<Transport, Measured>> = {
  websocket: measured.streamWebSocket,
  sse: measured.streamSse,
  'websocket-tls': measured.streamWebSocketTls,
  'sse-tls': measured.streamSseTls,
  'http2-tls': measured.streamHttp2,
};

export function hubsOf(inputs: CapacityInputs, { peak, streams }: Load): Hubs {
  const mainThreads = mainThreadsOf(inputs.transport, peak);
  const busySeconds = Object.values(mainThreads).reduce((sum, each) => sum + each, 0);
  const streamBytes = streamFigures[inputs.transport].value * 1024;
  const room = inputs.memory * gib * memoryUsable - measured.idleMemory.value * 1e6;
  const byCpu = Math.ceil(busySeconds / inputs.busy);
  const byMemory = Math.ceil((streams * streamBytes) / room);
  const byPushes = hubsByPushes(inputs, peak);
  const count = Math.max(2, Math.max(byCpu, byMemory, byPushes) + 1);
  return { count, mainThreads, byCpu, byMemory, byPushes, streamBytes, streamsOfHub: streams / (count - 1) };
}

function mainThreadsOf(transport: Transport, peak: Rates): MainThreads {
  // With PostgreSQL the main thread plans too, which the writer's thread does with SQLite.
  const commit = microseconds(measured.createMain) + microseconds(measured.createWriter);
  const fanOut = transport.startsWith('websocket') ? measured.fanOutWebSocket : measured.fanOutSse;
  const fetch = microseconds(measured.requestMain) + measured.catchUp.value / catchUpChanges;
  return {
    commits: (peak.creates + peak.stateChanges) * commit,
    frames: (peak.frames * (fanOut.value / 1000)) / fanOutStreams,
    pushes: platformTypes.reduce(
      (sum, each) => sum + peak.pushes[each] / channelOf(each).capacity.drained.perSecond,
      0,
    ),
    fetches: peak.fetches * fetch,
  };
}

/** A hub has so many attempts under way, and so many of one app and channel. */
function hubsByPushes({ answer, apps }: CapacityInputs, { pushes, pushesAll }: Rates): number {
  const seconds = answer / 1000;
  const busiest = Math.max(...Object.values(pushes)) / apps;
  return Math.ceil(
    Math.max(
      (pushesAll * seconds) / hubFixed.pushesInFlight,
      (busiest * seconds) / hubFixed.pushesInFlightOfApp,
    ),
  );
}

function microseconds({ value }: Measured): number {
  return value / 1e6;
}
