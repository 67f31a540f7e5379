// What NATS carries between the hubs. A hub asks for each of its users by name while it has few of a lane, and for the
// whole lane beyond: with many users online, every hub hears of every change.
import { hubFixed, wireBytes } from './constants.ts';
import type { PlanInputs } from './inputs.ts';
import type { Load } from './load.ts';

export interface Bus {
  readonly publishedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly deliveredToHubPerSecond: number;
  readonly bytesPerSecond: number;
  readonly subscriptionsOfHub: number;
  /** Whether hubs ask for whole lanes. */
  readonly wholeLanes: boolean;
}

export function busOf(
  { users, content }: PlanInputs,
  { peak, streams, onlineUsers }: Load,
  hubs: number,
): Bus {
  const { lanes, exactSubjectsOfLane } = hubFixed;
  const streamsOfUser = onlineUsers === 0 ? 0 : streams / onlineUsers;
  const usersOfHub = onlineUsers * (1 - (1 - 1 / hubs) ** streamsOfUser);
  const wholeLanes = usersOfHub / lanes > exactSubjectsOfLane;
  const lanesOfHub = lanes * -Math.expm1(-usersOfHub / lanes);
  const changes = peak.creates + peak.stateChanges;
  // Once a second each hub tells the heads of the lanes in which it committed.
  const heads = Math.min(changes, hubs * lanes);
  const changesTo = wholeLanes ? hubs : (usersOfHub * hubs) / users;
  const headsTo = (hubs * lanesOfHub) / lanes;
  const delivered = changes * changesTo + heads * headsTo;
  return {
    publishedPerSecond: changes + heads,
    deliveredPerSecond: delivered,
    deliveredToHubPerSecond: delivered / hubs,
    bytesPerSecond: changes * changesTo * (wireBytes.busMessage + content) + heads * headsTo * wireBytes.head,
    subscriptionsOfHub: lanesOfHub + (wholeLanes ? lanesOfHub : usersOfHub),
    wholeLanes,
  };
}
