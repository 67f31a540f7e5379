// The load of the bus between hubs. A hub subscribes to each of its users by name while it has few of a shard, and to the
// whole shard beyond: with many users online, every hub receives every change.
import { hubFixed, wireBytes } from './constants.ts';
import type { CapacityInputs } from './inputs.ts';
import type { Load } from './load.ts';

export interface Bus {
  readonly publishedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly deliveredToHubPerSecond: number;
  readonly bytesPerSecond: number;
  readonly subscriptionsOfHub: number;
  /** Whether hubs subscribe to whole shards. */
  readonly wholeShards: boolean;
}

export function busOf(
  { users, content }: CapacityInputs,
  { peak, streams, onlineUsers }: Load,
  hubs: number,
): Bus {
  const { shards, exactSubjectsOfShard } = hubFixed;
  const streamsOfUser = onlineUsers === 0 ? 0 : streams / onlineUsers;
  const usersOfHub = onlineUsers * (1 - (1 - 1 / hubs) ** streamsOfUser);
  const wholeShards = usersOfHub / shards > exactSubjectsOfShard;
  const shardsOfHub = shards * -Math.expm1(-usersOfHub / shards);
  const changes = peak.creates + peak.stateChanges;
  // Once a second each hub announces the heads of the shards in which it committed.
  const heads = Math.min(changes, hubs * shards);
  const changesTo = wholeShards ? hubs : (usersOfHub * hubs) / users;
  const headsTo = (hubs * shardsOfHub) / shards;
  const delivered = changes * changesTo + heads * headsTo;
  return {
    publishedPerSecond: changes + heads,
    deliveredPerSecond: delivered,
    deliveredToHubPerSecond: delivered / hubs,
    bytesPerSecond: changes * changesTo * (wireBytes.busMessage + content) + heads * headsTo * wireBytes.head,
    subscriptionsOfHub: shardsOfHub + (wholeShards ? shardsOfHub : usersOfHub),
    wholeShards,
  };
}
