// Starts a hub on deliveries that wait in its store, and measures until the providers have all of them: the rate from
// the first to the last one delivered, and who was busy meanwhile.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformType } from '@carillon/protocol';
import { openOfflineFeed } from '../setup/offline-feed.ts';
import { type CpuTimes, cpuBetween, cpuTimes } from '../setup/process-times.ts';
import type { PushWorld } from '../setup/push-world.ts';
import { people, postWrites } from '../setup/push-writes.ts';
import { sharedNow } from '../setup/simulator-process.ts';
import { removeDataDir } from '../setup/world.ts';

interface Fill {
  readonly platform: PlatformType;
  readonly count: number;
  readonly userCount: number;
}

/** A feed database in which so many deliveries wait, of users with one device each. Returns its path. */
export async function fillWaiting(world: PushWorld, { platform, count, userCount }: Fill): Promise<string> {
  const path = join(world.makeDataDir(), 'feed.db');
  const persons = people(userCount);
  const feed = openOfflineFeed(path);
  feed.write(await world.subscribe(persons, platform));
  feed.write(postWrites(persons, count));
  feed.close();
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
  readonly perSecond: number;
  readonly missing: number;
  readonly duplicates: number;
  /** For one push. */
  readonly hub: CpuTimes;
  /** Parts of the time that a thread worked. */
  readonly busy: { readonly hub: number; readonly simulator: number };
}

export async function drain(world: PushWorld, { feed, count, withinMs }: Waiting): Promise<Drained> {
  const { simulator } = world;
  const dataDir = world.makeDataDir();
  copyFileSync(feed, join(dataDir, 'feed.db'));
  await simulator.ask('reset', null);
  const hub = await world.startHub(dataDir);
  const first = await simulator.ask('reach', { count: 1, withinMs });
  const look = () => ({ at: sharedNow(), hub: cpuTimes(hub.pid), simulator: cpuTimes(simulator.pid) });
  const before = look();
  const tally = await simulator.ask('reach', { count, withinMs });
  const after = look();
  await hub.stop();
  removeDataDir(dataDir);
  const elapsedUs = (after.at - before.at) * 1000;
  const pushed = Math.max(1, tally.distinct - first.distinct);
  const { mainUs, writerUs, othersUs } = cpuBetween(before.hub, after.hub);
  return {
    perSecond: (tally.distinct / (tally.lastAt - tally.firstAt)) * 1000,
    missing: count - tally.distinct,
    duplicates: tally.delivered - tally.distinct,
    hub: { mainUs: mainUs / pushed, writerUs: writerUs / pushed, othersUs: othersUs / pushed },
    busy: {
      hub: mainUs / elapsedUs,
      simulator: cpuBetween(before.simulator, after.simulator).mainUs / elapsedUs,
    },
  };
}

export function showDrained(what: string, { perSecond, missing, duplicates, hub, busy }: Drained): string {
  const share = (part: number): string => `${(part * 100).toFixed(0)} %`;
  const parts = [
    `${what} ${perSecond.toFixed(0)}/s`,
    `main thread ${hub.mainUs.toFixed(0)} µs a push, busy ${share(busy.hub)}`,
    `simulator busy ${share(busy.simulator)}`,
    `${missing} missing, ${duplicates} twice`,
  ];
  return parts.join('; ');
}
