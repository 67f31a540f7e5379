// The calculation: the load, its need of each resource, and the first limit that more users reach. Pure
// arithmetic over the constants; docs/capacity.md has the formulas.
import { type PlatformType, platformTypes } from '@carillon/protocol';
import { type Bus, busOf } from './bus.ts';
import { channelOf } from './channels.ts';
import { ceilings, wireBytes } from './constants.ts';
import { type Hubs, hubsOf } from './hubs.ts';
import { type CapacityInputs, numberInputs } from './inputs.ts';
import { type Load, loadOf } from './load.ts';
import { type Postgres, postgresOf } from './postgres.ts';

interface Provider {
  readonly platform: PlatformType;
  readonly perMinute: number;
  /** Null: the provider documents none. */
  readonly quotaPerMinute: number | null;
}

/** Bytes a second at the peak, of all hubs together. */
interface Network {
  readonly fromClients: number;
  readonly toClients: number;
  readonly toPushServices: number;
}

export interface Limit {
  readonly resource: string;
  readonly need: number;
  readonly ceiling: number;
  readonly unit: string;
  /** Of the ceiling. */
  readonly share: number;
  readonly source: 'documented' | 'assumed';
  readonly remedy: string;
}

export interface Capacity {
  readonly inputs: CapacityInputs;
  readonly load: Load;
  readonly hubs: Hubs;
  readonly postgres: Postgres;
  readonly bus: Bus;
  readonly providers: readonly Provider[];
  readonly network: Network;
  /** The fullest first. */
  readonly limits: readonly Limit[];
}

export function computeCapacity(inputs: CapacityInputs): Capacity {
  const load = loadOf(inputs);
  const hubs = hubsOf(inputs, load);
  const postgres = postgresOf(inputs, load, hubs.count);
  const bus = busOf(inputs, load, hubs.count);
  const providers = providersOf(inputs, load);
  const limits = [...quotaLimits(providers), ...postgresLimits(postgres), ...busLimits(bus)];
  return {
    ...{ inputs, load, hubs, postgres, bus, providers },
    network: networkOf(inputs, load),
    limits: limits.sort((a, b) => b.share - a.share),
  };
}

/** The first limit that more users reach, all else equal, and how many users still fit. */
export interface FirstLimit {
  readonly users: number;
  readonly limit: Limit;
}

/** Null when no limit is reached up to the most users that it calculates for. */
export function firstLimitOf(inputs: CapacityInputs): FirstLimit | null {
  const exceeded = (users: number): Limit | undefined =>
    computeCapacity({ ...inputs, users }).limits.find(({ share }) => share > 1);
  let fits = 0;
  let over = 1;
  let limit = exceeded(over);
  while (!limit) {
    if (over > numberInputs.users.max) return null;
    [fits, over] = [over, over * 2];
    limit = exceeded(over);
  }
  while (over - fits > Math.max(1, fits / 1000)) {
    const middle = Math.floor((fits + over) / 2);
    const found = exceeded(middle);
    if (found) [over, limit] = [middle, found];
    else fits = middle;
  }
  return { users: fits, limit };
}

function providersOf({ apps }: CapacityInputs, { peak }: Load): Provider[] {
  return platformTypes.map((platform) => ({
    platform,
    perMinute: peak.pushes[platform] * 60,
    quotaPerMinute: quotaOf(platform, apps),
  }));
}

function networkOf({ content }: CapacityInputs, { peak, heartbeats }: Load): Network {
  const { frame, request, heartbeat, push } = wireBytes;
  return {
    fromClients: peak.creates * (request + content) + (peak.stateChanges + peak.fetches) * request,
    toClients:
      (peak.frames + peak.fetches) * (frame + content) +
      heartbeats * heartbeat +
      (peak.creates + peak.stateChanges) * (request + content),
    toPushServices: peak.pushesAll * (push + content),
  };
}

/** Each app has a project of its own; null: the provider documents no quota. */
function quotaOf(platform: PlatformType, apps: number): number | null {
  const { quota } = channelOf(platform).capacity;
  return quota && quota.perMinute * apps;
}

function quotaLimits(providers: readonly Provider[]): Limit[] {
  return providers.flatMap(({ platform, perMinute, quotaPerMinute }) => {
    const { quota } = channelOf(platform).capacity;
    if (quota === null || quotaPerMinute === null) return [];
    const { resource, unit, remedy } = quota;
    return [limit(resource, perMinute, quotaPerMinute, { unit, remedy, source: 'documented' })];
  });
}

function postgresLimits({ rowsPerSecond, logBytesPerSecond, storedBytes, connections }: Postgres): Limit[] {
  return [
    limit('PostgreSQL rows', rowsPerSecond, ceilings.postgresRowsPerSecond, {
      unit: 'rows a second',
      remedy: 'a larger primary, then tables distributed by shard',
    }),
    limit('PostgreSQL log', logBytesPerSecond, ceilings.postgresLogBytesPerSecond, {
      unit: 'bytes a second',
      remedy: 'wal_compression and checkpoints further apart, then tables distributed by shard',
    }),
    limit('PostgreSQL storage', storedBytes, ceilings.postgresBytes, {
      unit: 'bytes',
      remedy: 'let notifications expire sooner, a larger disk, then tables distributed by shard',
    }),
    limit('PostgreSQL connections', connections, ceilings.postgresConnections, {
      unit: 'connections',
      remedy: 'larger hubs instead of more, then a pooler or tables distributed by shard',
    }),
  ];
}

function busLimits({ deliveredPerSecond, deliveredToHubPerSecond }: Bus): Limit[] {
  return [
    limit('NATS', deliveredPerSecond, ceilings.natsDeliveriesPerSecond, {
      unit: 'deliveries a second',
      remedy: 'more servers, and hubs that serve a group of shards each',
    }),
    limit('bus messages of a hub', deliveredToHubPerSecond, ceilings.busMessagesOfHub, {
      unit: 'messages a second',
      remedy: 'more hubs do not help when each receives everything: hubs that serve a group of shards each',
    }),
  ];
}

function limit(
  resource: string,
  need: number,
  ceiling: number,
  told: { readonly unit: string; readonly remedy: string; readonly source?: Limit['source'] },
): Limit {
  return { resource, need, ceiling, share: need / ceiling, source: 'assumed', ...told };
}
