// Counts and times what the store commits, around it: batches, what providers answered, what devices fetched and showed,
// dead addresses. All of it is durable when it is counted.
import type { ChannelCode, DeliveryResult } from '../model/delivery.ts';
import type { FirstShown, Outcome, Write } from '../model/write.ts';
import type { Committed, FeedStore } from '../store/store.ts';
import type { Tallies } from '../telemetry/metrics/tallies.ts';

export interface CommitMeters {
  readonly tallies: Tallies;
  /** The name of a channel, as the label has it. */
  readonly channelOf: (code: ChannelCode | null) => string;
  /** The trace that a notification belongs to; null: nothing is traced. */
  readonly traceIdOf: ((notification: string) => string | null) | null;
  /** A provider took the push of a notification, or a device showed what a provider had taken. */
  readonly onEvidence: (what: 'accepted' | 'shown', channel: string) => void;
}

export function meterCommits(
  store: Pick<FeedStore, 'commit'>,
  meters: CommitMeters,
): Pick<FeedStore, 'commit'> {
  const { tallies } = meters;
  const sizes = tallies.histogram('carillon_commit_batch_size');
  const seconds = tallies.histogram('carillon_commit_seconds');
  const failures = tallies.counter('carillon_commit_failures_total');
  const note = openNote(meters);
  return {
    async commit(writes, ...context) {
      const beganAt = performance.now();
      try {
        const committed = await store.commit(writes, ...context);
        seconds.observe((performance.now() - beganAt) / 1000);
        sizes.observe(writes.length);
        note(writes, committed);
        return committed;
      } catch (error) {
        failures.add();
        throw error;
      }
    },
  };
}

function openNote({ tallies, channelOf, onEvidence, traceIdOf }: CommitMeters) {
  const deliveries = tallies.counter('carillon_deliveries_total');
  const dead = tallies.counter('carillon_dead_addresses_total');
  const toAccepted = tallies.histogram('carillon_create_to_accepted_seconds');
  const toFetched = tallies.histogram('carillon_create_to_fetched_seconds');
  const toShown = tallies.histogram('carillon_create_to_shown_seconds');
  const sinceAccepted = tallies.histogram('carillon_accepted_to_shown_seconds');

  function noteResult({ notification, kind, status, answer, planned }: DeliveryResult): void {
    if (!answer) return;
    const channel = channelOf(planned.channel);
    deliveries.addTo([channel, answer.verdict]);
    // A fallback waits by design, and says nothing more of the same device.
    if (kind !== 'notify' || status !== 'accepted') return;
    const value = secondsOf(answer.at - planned.at);
    const traceId = traceIdOf?.(notification) ?? null;
    toAccepted.observe(value, [], traceId === null ? undefined : { traceId, value, at: answer.at });
    onEvidence('accepted', channel);
  }

  function noteShown({ channel: code, afterMs, afterSentMs }: FirstShown): void {
    toShown.observe(secondsOf(afterMs));
    if (afterSentMs === null) return;
    const channel = channelOf(code);
    sinceAccepted.observe(secondsOf(afterSentMs), [channel]);
    onEvidence('shown', channel);
  }

  function noteOne(write: Write, outcome: Outcome | undefined): void {
    if (!outcome || 'refused' in outcome) return;
    if (write.kind === 'record') write.results.forEach(noteResult);
    else if (write.kind === 'receipts' && 'shown' in outcome) outcome.shown.forEach(noteShown);
    else if (write.kind === 'gone' && 'ended' in outcome && outcome.ended) dead.add();
  }

  return (writes: readonly Write[], { outcomes, fetchedAfterMs = [] }: Committed): void => {
    for (const [index, write] of writes.entries()) noteOne(write, outcomes[index]);
    for (const ms of fetchedAfterMs) toFetched.observe(secondsOf(ms));
  };
}

/** The clocks of two nodes may differ a little. */
function secondsOf(ms: number): number {
  return Math.max(0, ms) / 1000;
}
