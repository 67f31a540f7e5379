// What this node says of itself and hears of the others, part of the hub's composition.
// Its name is the operator's, or that of its host.
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { readVersion } from '../lib/version.ts';
import type { FanOut } from '../live/fan-out.ts';
import { Nodes } from '../live/nodes.ts';
import type { FeedStore } from '../store/store.ts';
import type { Logger } from '../telemetry/log.ts';
import { type EventLoopLag, openEventLoopLag } from '../telemetry/metrics/event-loop-lag.ts';
import type { Meters } from './open-metrics.ts';
import { openReadiness } from './readiness.ts';

export interface NodesBase {
  readonly log: Logger;
  readonly clock: Clock;
  readonly meters: Pick<Meters, 'creates'>;
}

interface NodeParts {
  readonly bus: Bus | null;
  readonly fanOut: Pick<FanOut, 'open'>;
  readonly store: FeedStore;
}

export interface OpenedNodes {
  readonly nodes: Nodes;
  readonly lag: EventLoopLag;
  readonly isStoreUp: () => Promise<boolean>;
}

export function openNodes(
  { log, clock, meters }: NodesBase,
  { bus, fanOut, store }: NodeParts,
  closers: (() => void)[],
): OpenedNodes {
  const lag = openEventLoopLag(clock);
  closers.push(lag.close);
  const isStoreUp = openReadiness(store, clock);
  const nodes = new Nodes({
    ...{ bus, clock },
    own: {
      ...{ version: readVersion(), startedAt: clock.now(), isStoreUp },
      streams: () => fanOut.open,
      creates: meters.creates,
      eventLoopLagSeconds: lag.seconds,
    },
    onSameName: (name) =>
      log.warn({ name }, 'another node has the name of this one: give each its own by --node-name'),
  });
  closers.push(() => nodes.close());
  return { nodes, lag, isStoreUp };
}

/** The same after a restart: a port that the system chose is the exception. */
export function nameOfNode({ nodeName, port }: Config, address: AddressInfo | string | null): string {
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return nodeName ?? `${hostname()}:${bound}`;
}
