// The metrics of the hub, part of its composition: what is counted around the commit, the publisher and the runner, and
// what is read at a scrape. Until the first scrape it costs some plain additions, and no timer runs.
import { X509Certificate } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { verdicts } from '@carillon/protocol';
import type { Bus, BusChange } from '../bus/bus.ts';
import type { Committer } from '../feed/commit.ts';
import { type CommitMeters, meterCommits } from '../feed/metered-commit.ts';
import type { Publisher } from '../feed/publish.ts';
import type { Clock } from '../lib/clock.ts';
import type { FanOut } from '../live/fan-out.ts';
import type { ChannelCode } from '../model/delivery.ts';
import { meterRunner } from '../operations/kernel/metered-runner.ts';
import type { Runner } from '../operations/kernel/run.ts';
import type { ChannelDescriptors } from '../push/channels/descriptor.ts';
import type { Dispatcher } from '../push/dispatch/dispatcher.ts';
import type { FeedStore } from '../store/store.ts';
import { DayCount } from '../telemetry/metrics/day-count.ts';
import type { EventLoopLag } from '../telemetry/metrics/event-loop-lag.ts';
import { type Format, type Gauges, writeMetrics } from '../telemetry/metrics/exposition.ts';
import { type LastHour, openLastHour } from '../telemetry/metrics/last-hour.ts';
import { openTallies, type Sample, type Tallies } from '../telemetry/metrics/tallies.ts';

const dayMs = 86_400_000;
const lagResolutionMs = 20;

export interface Meters {
  /** Around the store, for the committer. */
  commits(store: Pick<FeedStore, 'commit'>, traceIdOf: CommitMeters['traceIdOf']): Pick<FeedStore, 'commit'>;
  follow(publisher: Publisher): void;
  /** A change of another node is here. */
  readonly came: (change: BusChange) => void;
  runner(runner: Runner): Runner;
  /** Posted by this node since its start. */
  creates(): number;
  /** Looks at what is counted from now on, for charts. */
  openLastHour(sources: LastHourSources): LastHour;
  /** Opens what is read at a scrape. */
  openScrape(sources: Sources): Scrape;
}

interface Sources {
  readonly store: FeedStore;
  readonly committer: Pick<Committer, 'load'>;
  readonly fanOut: Pick<FanOut, 'open'>;
  readonly dispatcher: Pick<Dispatcher, 'held' | 'inFlight'> | null;
  readonly bus: Pick<Bus, 'connected'> | null;
  /** PEM; null without TLS. */
  readonly certificate: string | null;
  readonly isStoreUp: () => Promise<boolean>;
}

interface LastHourSources extends Pick<Sources, 'committer' | 'fanOut' | 'dispatcher'> {
  readonly lag: EventLoopLag;
}

export interface Scrape {
  /** Scrapes at the same time share one. */
  write(format: Format): Promise<string>;
  close(): void;
}

export function openMeters(descriptors: ChannelDescriptors, clock: Clock): Meters {
  const tallies = openTallies();
  const names = new Map<ChannelCode | null, string>(descriptors.map(({ code, type }) => [code, type]));
  const channels = descriptors.map(({ type }) => type);
  const converged = tallies.histogram('carillon_convergence_seconds');
  const evidence = openEvidence(tallies, channels, clock);
  for (const channel of channels)
    for (const verdict of verdicts) tallies.counter('carillon_deliveries_total').addTo([channel, verdict], 0);
  return {
    commits: (store, traceIdOf) =>
      meterCommits(store, {
        ...{ tallies, traceIdOf },
        channelOf: (code) => names.get(code) ?? 'none',
        onEvidence: evidence.note,
      }),
    follow(publisher) {
      const created = tallies.counter('carillon_creates_total');
      const changed = tallies.counter('carillon_changes_total');
      publisher.follow((changes) => {
        const now = clock.now();
        changed.add(changes.length);
        for (const { cause, notification } of changes) {
          if (cause === 'posted') created.add();
          converged.observe(Math.max(0, now - notification.modified) / 1000, here);
        }
      });
    },
    came({ value }) {
      const at = modifiedIn(value);
      if (at !== null) converged.observe(Math.max(0, clock.now() - at) / 1000, elsewhere);
    },
    runner: (runner) => meterRunner(runner, tallies),
    creates: () => tallies.counter('carillon_creates_total').samples()[0]?.value ?? 0,
    openLastHour: ({ committer, fanOut, dispatcher, lag }) =>
      openLastHour(tallies, clock, () => ({
        streams: fanOut.open,
        writes: committer.load,
        deliveries: dispatcher?.held ?? 0,
        attempts: dispatcher?.inFlight ?? 0,
        eventLoopLagSeconds: lag.highestSeconds(),
      })),
    openScrape: (sources) => openScrape(tallies, { ...sources, clock, neverShown: evidence.neverShown }),
  };
}

const here: readonly string[] = ['here'];
const elsewhere: readonly string[] = ['elsewhere'];

/** When a change was made, from its encoded value, which is not parsed for that. No string in it holds a bare quote. */
function modifiedIn(value: string): number | null {
  const name = '"lastModifiedDateTime":"';
  const at = value.indexOf(name);
  if (at < 0) return null;
  const from = at + name.length;
  const time = Date.parse(value.slice(from, value.indexOf('"', from)));
  return Number.isNaN(time) ? null : time;
}

/** What was accepted and shown, in all and in the last day. */
function openEvidence(tallies: Tallies, channels: readonly string[], clock: Clock) {
  const counters = {
    accepted: tallies.counter('carillon_accepted_total'),
    shown: tallies.counter('carillon_shown_total'),
  };
  const days = new Map(channels.map((each) => [each, { accepted: new DayCount(), shown: new DayCount() }]));
  for (const channel of channels) for (const counter of Object.values(counters)) counter.addTo([channel], 0);
  return {
    note(what: 'accepted' | 'shown', channel: string): void {
      counters[what].addTo([channel]);
      days.get(channel)?.[what].add(clock.now());
    },
    neverShown: (): Sample[] =>
      [...days].map(([channel, { accepted, shown }]) => {
        const [all, seen] = [accepted.total(clock.now()), shown.total(clock.now())];
        return { labels: [channel], value: all === 0 ? 0 : Math.max(0, 1 - seen / all) };
      }),
  };
}

interface Readable extends Sources {
  readonly clock: Clock;
  readonly neverShown: () => Sample[];
}

function openScrape(tallies: Tallies, sources: Readable): Scrape {
  const lag = openLag();
  const gauges = gaugesOf(sources, lag);
  const cpu = tallies.counter('carillon_process_cpu_seconds_total');
  let counted = 0;
  const underWay = new Map<Format, Promise<string>>();
  const write = async (format: Format): Promise<string> => {
    const { user, system } = process.cpuUsage();
    const used = (user + system) / 1e6;
    cpu.add(used - counted);
    counted = used;
    return writeMetrics(tallies, gauges, format);
  };
  return {
    write(format) {
      const running = underWay.get(format) ?? write(format).finally(() => void underWay.delete(format));
      underWay.set(format, running);
      return running;
    },
    close: lag.close,
  };
}

function gaugesOf(sources: Readable, lag: { seconds(): number }): Gauges {
  const { store, committer, fanOut, dispatcher, bus, clock, certificate } = sources;
  const endsAt =
    certificate === null ? Number.POSITIVE_INFINITY : Date.parse(new X509Certificate(certificate).validTo);
  return {
    carillon_streams: () => fanOut.open,
    carillon_accepted_never_shown_ratio: sources.neverShown,
    async carillon_oldest_pending_seconds() {
      const now = clock.now();
      const plannedAt = await store.read.oldestPending(now);
      return plannedAt === null ? 0 : Math.max(0, now - plannedAt) / 1000;
    },
    carillon_queue_depth: () => [
      { labels: ['writes'], value: committer.load },
      { labels: ['deliveries'], value: dispatcher?.held ?? 0 },
      { labels: ['attempts'], value: dispatcher?.inFlight ?? 0 },
    ],
    carillon_credentials_expire_days: () => [
      { labels: ['certificate'], value: (endsAt - clock.now()) / dayMs },
    ],
    carillon_store_up: async () => Number(await sources.isStoreUp()),
    carillon_bus_up: () => Number(bus?.connected ?? true),
    carillon_event_loop_lag_seconds: () => lag.seconds(),
    carillon_process_resident_memory_bytes: () => process.memoryUsage.rss(),
  };
}

/** Measured from the first scrape on: a hub that nobody scrapes has no timer for it. */
function openLag() {
  let delays: ReturnType<typeof monitorEventLoopDelay> | null = null;
  return {
    seconds(): number {
      if (!delays) {
        delays = monitorEventLoopDelay({ resolution: lagResolutionMs });
        delays.enable();
        return 0;
      }
      const late = delays.count === 0 ? 0 : delays.percentile(99) / 1e9 - lagResolutionMs / 1000;
      delays.reset();
      return Math.max(0, late);
    },
    close: (): void => void delays?.disable(),
  };
}
