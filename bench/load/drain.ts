// Starts a hub on deliveries that wait in its store, and measures until the providers have all of them: the rate from
// the first to the last one delivered, and who was busy meanwhile.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformType } from '@carillon/protocol';
import { type CpuTimes, cpuBetween, cpuTimes } from '../measure/process-times.ts';
import { starvedUs } from '../measure/run-queue.ts';
import { countOpenDeliveries, openOfflineFeed } from '../setup/offline-feed.ts';
import type { PushWorld } from '../setup/push-world.ts';
import { people, postWrites } from '../setup/push-writes.ts';
import { sharedNow, type Tally } from '../setup/simulator-process.ts';
import { removeDataDir } from '../setup/world.ts';

const mostShare = 0.9;

interface Fill {
  readonly platform: PlatformType;
  readonly count: number;
  readonly userCount: number;
}

/** A feed database in which so many deliveries wait, of users with one device each. Returns its path. */
export async function fillWaiting(world: PushWorld, { platform, count, userCount }: Fill): Promise<string> {
  const path = join(await world.makeDataDir(), 'feed.db');
  const persons = people(userCount);
  const feed = openOfflineFeed(path);
  feed.write(await world.subscribe(persons, platform));
  feed.write(postWrites(persons, count));
  feed.close();
  const waiting = countOpenDeliveries(path);
  if (waiting !== count) throw new Error(`${waiting} deliveries wait instead of ${count}`);
  return path;
}

export interface Waiting {
  /** The feed database that they wait in; each drain works on a copy. */
  readonly feed: string;
  readonly count: number;
  /** What has not come by then counts as missing. */
  readonly withinMs: number;
}

export interface Drained {
  /** To the last of them. */
  readonly perSecond: number;
  /** To nine tenths of them, so that the pauses before the last attempts don't count. */
  readonly mostPerSecond: number;
  readonly missing: number;
  readonly duplicates: number;
  /** For one push. */
  readonly hub: CpuTimes;
  /** Parts of the time that the main threads worked. */
  readonly busy: { readonly hub: number; readonly simulator: number };
  /** Parts of the time that they would have worked, had there been a core. */
  readonly starved: { readonly hub: number; readonly simulator: number };
}

export async function drain(world: PushWorld, { feed, count, withinMs }: Waiting): Promise<Drained> {
  const { simulator } = world;
  const dataDir = await world.makeDataDir();
  copyFileSync(feed, join(dataDir, 'feed.db'));
  await simulator.ask('reset', null);
  const hub = await world.startHub(dataDir);
  const first = await simulator.ask('reach', { count: 1, withinMs });
  const before = look(hub.pid, simulator.pid);
  const most = await simulator.ask('reach', { count: Math.ceil(count * mostShare), withinMs });
  const leftMs = Math.max(0, withinMs - (sharedNow() - before.at));
  const tally = await simulator.ask('reach', { count, withinMs: leftMs });
  const after = look(hub.pid, simulator.pid);
  await hub.stop();
  removeDataDir(dataDir);
  const pushed = Math.max(1, tally.distinct - first.distinct);
  const { mainUs, writerUs, othersUs } = cpuBetween(before.hub, after.hub);
  const part = (us: number): number => us / 1000 / (after.at - before.at);
  return {
    perSecond: rateOf(tally),
    mostPerSecond: rateOf(most),
    missing: count - tally.distinct,
    duplicates: tally.delivered - tally.distinct,
    hub: { mainUs: mainUs / pushed, writerUs: writerUs / pushed, othersUs: othersUs / pushed },
    busy: {
      hub: part(mainUs),
      simulator: part(cpuBetween(before.simulator, after.simulator).mainUs),
    },
    starved: {
      hub: part(after.hubStarvedUs - before.hubStarvedUs),
      simulator: part(after.simulatorStarvedUs - before.simulatorStarvedUs),
    },
  };
}

function rateOf({ distinct, firstAt, lastAt }: Tally): number {
  return (distinct / (lastAt - firstAt)) * 1000;
}

function look(hub: number, simulator: number) {
  return {
    at: sharedNow(),
    hub: cpuTimes(hub),
    simulator: cpuTimes(simulator),
    hubStarvedUs: starvedUs(hub),
    simulatorStarvedUs: starvedUs(simulator),
  };
}

export function showDrained(what: string, run: Drained): string {
  const { perSecond, mostPerSecond, missing, duplicates, hub, busy, starved } = run;
  const share = (part: number): string => `${(part * 100).toFixed(0)} %`;
  const parts = [
    `${what} ${perSecond.toFixed(0)}/s, the most of them ${mostPerSecond.toFixed(0)}/s`,
    `main thread ${hub.mainUs.toFixed(0)} µs a push, busy ${share(busy.hub)}, without a core ${share(starved.hub)}`,
    `simulator busy ${share(busy.simulator)}, without a core ${share(starved.simulator)}`,
    `${missing} missing, ${duplicates} twice`,
  ];
  return parts.join('; ');
}
