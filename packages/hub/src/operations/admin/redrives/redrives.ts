// Jobs that send many failed deliveries again, step by step. A step is one commit of a hundred; after it a job waits at least as
// long as the step took, so that posts have the store for themselves half of the time. Jobs are of this process: one that a
// restart cut off is started again, and does not repeat what was redriven.
import { randomUUID } from 'node:crypto';
import { operatorLimits } from '@carillon/protocol';
import type { Committer } from '../../../feed/commit.ts';
import type { Clock, Timer } from '../../../lib/clock.ts';
import { type DeliveryKey, keyOfDelivery, type StoredDelivery } from '../../../model/delivery.ts';
import { HubError, notFound } from '../../../model/errors.ts';
import type { FeedReader } from '../../../store/store.ts';

/** Null members select all. */
interface Selection {
  readonly app: string | null;
  readonly channel: number | null;
  readonly reason: string | null;
}

type RedriveState = 'counting' | 'running' | 'done' | 'cancelled' | 'failed';

export interface RedriveJob {
  readonly id: string;
  readonly selection: Selection;
  /** It counts, and changes nothing. */
  readonly dryRun: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly state: RedriveState;
  /** So many are selected, once they are counted. */
  readonly found: number;
  readonly redriven: number;
  /** More are there than one job looks at. */
  readonly more: boolean;
}

export interface Redrives {
  /** Throws `unavailable` while too many run. */
  start(selection: Selection, options: { readonly dryRun: boolean }): RedriveJob;
  /** The newest first. */
  list(): readonly RedriveJob[];
  /** Throws `notFound`. */
  find(id: string): RedriveJob;
  /** It ends after the step that is under way. One that has ended stays as it is. */
  cancel(id: string): RedriveJob;
  close(): void;
}

const stepSize = 100;
const pauseMinMs = 5;
const pauseMaxMs = 1000;

type Changing = { -readonly [Member in keyof RedriveJob]: RedriveJob[Member] };

export interface RedrivesOptions {
  readonly read: Pick<FeedReader, 'failedDeliveries'>;
  readonly committer: Pick<Committer, 'commit'>;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

function isUnderWay({ endedAt }: RedriveJob): boolean {
  return endedAt === null;
}

export function openRedrives(options: RedrivesOptions): Redrives {
  const { clock } = options;
  const end = (job: Changing, state: RedriveState): void => endAt(clock.now(), job, state);
  const jobs = new Map<string, Changing>();
  const find = (id: string): Changing => {
    const job = jobs.get(id);
    if (job) return job;
    throw notFound();
  };

  return {
    start(selection, { dryRun }) {
      const all = [...jobs.values()];
      if (all.filter(isUnderWay).length >= operatorLimits.redrivesAtOnce)
        throw new HubError(
          'unavailable',
          'So many redrives are under way already: wait for one, or cancel it.',
        );
      if (all.length >= operatorLimits.redrivesKept) {
        const oldest = all.find((each) => !isUnderWay(each));
        if (oldest) jobs.delete(oldest.id);
      }
      const job: Changing = {
        ...{ id: randomUUID(), selection, dryRun, startedAt: clock.now(), endedAt: null },
        ...{ state: 'counting', found: 0, redriven: 0, more: false },
      };
      jobs.set(job.id, job);
      void run(job, options);
      return { ...job };
    },
    list: () => [...jobs.values()].reverse(),
    find,
    cancel(id) {
      const job = find(id);
      end(job, 'cancelled');
      return job;
    },
    close() {
      for (const job of jobs.values()) end(job, 'cancelled');
    },
  };
}

function endAt(now: number, job: Changing, state: RedriveState): void {
  if (!isUnderWay(job)) return;
  job.state = state;
  job.endedAt = now;
}

async function run(job: Changing, options: RedrivesOptions): Promise<void> {
  const { committer, clock, onFailure } = options;
  try {
    await walk(job, options, async (page) => {
      job.found += page.length;
    });
    if (!isUnderWay(job)) return;
    if (!job.dryRun) {
      job.state = 'running';
      await walk(job, options, async (page) => {
        const deliveries = page.map(keyOfDelivery);
        if (deliveries.length > 0)
          job.redriven += (await committer.commit({ kind: 'redrive', deliveries })).redriven;
      });
    }
    endAt(clock.now(), job, 'done');
  } catch (error) {
    onFailure(error);
    endAt(clock.now(), job, 'failed');
  }
}

/** All that is selected, page by page, until the job ends or has looked at as many as it may. */
async function walk(
  job: Changing,
  { read, clock }: RedrivesOptions,
  step: (selected: readonly StoredDelivery[]) => Promise<void>,
): Promise<void> {
  let after: DeliveryKey | null = null;
  for (let seen = 0; job.endedAt === null; seen += stepSize) {
    if (seen >= operatorLimits.redriveMax) {
      job.more = true;
      return;
    }
    const began = clock.now();
    const query = { app: job.selection.app, after, limit: stepSize };
    const page: readonly StoredDelivery[] = await read.failedDeliveries(query);
    if (job.endedAt !== null) return;
    await step(page.filter((each) => isSelected(each, job.selection)));
    const last = page.at(-1);
    if (!last || page.length < stepSize) return;
    after = keyOfDelivery(last);
    await pause(clock, Math.min(Math.max(clock.now() - began, pauseMinMs), pauseMaxMs));
  }
}

function isSelected({ channel, reason }: StoredDelivery, selection: Selection): boolean {
  const ofChannel = selection.channel === null || selection.channel === channel;
  return ofChannel && (selection.reason === null || selection.reason === reason);
}

function pause(clock: Clock, ms: number): Promise<Timer | undefined> {
  return new Promise((resolve) => void clock.after(ms, () => resolve(undefined)));
}
