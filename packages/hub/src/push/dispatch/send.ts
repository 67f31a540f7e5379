// Sends one due delivery: decides by the current rows, makes the attempt through its channel, and passes the outcome to the
// breakers and the recorder. The dispatcher decides when.
import type { Committer } from '../../feed/commit.ts';
import type { Clock } from '../../lib/clock.ts';
import type { PlannedDelivery } from '../../model/delivery.ts';
import type { UserKey } from '../../model/principal.ts';
import type { SendContext } from '../../store/store.ts';
import { capabilityOf, type OpenChannels } from '../channels/channels.ts';
import type { Outcome, Push } from '../channels/contract.ts';
import type { ChannelDescriptor } from '../channels/descriptor.ts';
import { decide, type PushGrace, sentResult, settledResult, tryUntil } from '../plan/decide.ts';
import { longestPauseMs } from './breaker.ts';
import { channelFailed, channelUnknown, isOfProvider } from './faults.ts';
import { type Entry, Hosts } from './hosts.ts';
import type { Lane } from './lane.ts';
import type { Recorder } from './recorder.ts';
import { retryDelayMs } from './retry.ts';

export interface SenderOptions {
  readonly committer: Pick<Committer, 'commit'>;
  readonly channels: OpenChannels;
  readonly clock: Clock;
  readonly random: () => number;
  readonly grace: PushGrace;
  /** Whether a device has a stream open here. */
  readonly listensLive: (user: UserKey, subscription: string) => boolean;
  readonly onFailure: (error: unknown) => void;
}

/** `recorded`: the recorder has it; `dropped`: there is nothing to do; else it comes again after that long. */
export type SendEnd = 'recorded' | 'dropped' | { readonly againAfterMs: number };

/** In memory; what has to wait longer waits in the store. */
const longestWaitMs = 2000;
const longestPostponedMs = 600_000;

export class Sender {
  readonly #options: SenderOptions;
  readonly #recorder: Recorder;
  readonly #hosts = new Hosts();

  constructor(options: SenderOptions, recorder: Recorder) {
    this.#options = options;
    this.#recorder = recorder;
  }

  async send(lane: Lane, taken: PlannedDelivery, context: SendContext | null): Promise<SendEnd> {
    const { grace, listensLive, clock, channels } = this.#options;
    const now = clock.now();
    const address = context?.subscription?.channel;
    const canClear = (address && channels.get(address.type)?.descriptor.flags.canClear) ?? false;
    const live = context !== null && listensLive(taken.user, taken.subscription);
    const step = decide(taken, context, { now, grace, listensLive: live, canClear });
    if (step.kind === 'send' && context) return this.#send(lane, context, step.push);
    lane.breaker.notMade();
    if (step.kind === 'wait') return { againAfterMs: step.until - now };
    if (step.kind !== 'settle' || !context) return 'dropped';
    this.#recorder.record(settledResult(context.delivery, step.status, step.reason));
    return 'recorded';
  }

  async #send(lane: Lane, context: SendContext, push: Push): Promise<SendEnd> {
    const { clock, channels } = this.#options;
    const descriptor = channels.get(push.channel.type)?.descriptor;
    const host = descriptor ? hostOf(push, descriptor) : null;
    if (host === null) {
      const outcome = await this.#attempt(push);
      // One whose device has another channel by now says nothing of this lane's provider.
      if (descriptor?.code !== lane.route.channel) lane.breaker.notMade();
      else if (isOfProvider(outcome)) lane.breaker.failed(clock.now(), outcome.afterMs);
      else lane.breaker.succeeded(clock.now());
      return this.#record(context, outcome);
    }
    // The breaker of the host decides, so this is no probe of the lane that its device has left.
    lane.breaker.notMade();
    const wasProven = this.#hosts.isProven(host);
    const entry = this.#hosts.enter(host, clock.now());
    if (entry.waitMs > 0) return this.#postpone(context, entry);
    const outcome = await this.#attempt(push);
    const { afterMs } = outcome;
    this.#hosts.leave(host, { now: clock.now(), failed: isOfProvider(outcome), afterMs, wasProven });
    return this.#record(context, outcome);
  }

  /** The longer it has waited, the less often it asks: deliveries for a dead host cost next to nothing. */
  #postpone({ delivery }: SendContext, { waitMs, exactly }: Entry): SendEnd {
    const { clock, random } = this.#options;
    const now = clock.now();
    const longer = Math.min((now - delivery.plannedAt) / 4, longestPostponedMs) * (0.75 + random() / 2);
    const againAfterMs = Math.ceil(exactly ? waitMs : Math.max(waitMs, longer));
    if (againAfterMs <= longestWaitMs) return { againAfterMs };
    const { status, reason } = delivery;
    const due = now + againAfterMs;
    this.#recorder.record({ ...settledResult(delivery, status, ''), reason, due });
    return 'recorded';
  }

  #attempt(push: Push): Promise<Outcome> {
    const { channels, onFailure } = this.#options;
    const open = channels.get(push.channel.type);
    if (!open) return Promise.resolve(channelUnknown);
    return open.channel.send(push).catch((error: unknown) => {
      onFailure(error);
      return channelFailed;
    });
  }

  async #record(context: SendContext, answered: Outcome): Promise<SendEnd> {
    const { clock, random } = this.#options;
    const { delivery } = context;
    // A subscription that could not be ended is found dead once more.
    const ended = answered.verdict !== 'gone' || (await this.#end(context));
    const outcome: Outcome = ended ? answered : { ...answered, verdict: 'retry' };
    const now = clock.now();
    const until = tryUntil(context);
    // Before it expires it is tried once more, and a lane that is down has always something to probe with.
    const mostMs = Math.min(until - now, isOfProvider(outcome) ? longestPauseMs : Number.POSITIVE_INFINITY);
    const { afterMs } = outcome;
    const delayMs = retryDelayMs({ attempts: delivery.attempts + 1, afterMs, mostMs, random });
    this.#recorder.record(sentResult(delivery, { outcome, now, until, delayMs }));
    return 'recorded';
  }

  /** Once, and only while the subscription still has the dead address. */
  async #end({ subscription }: SendContext): Promise<boolean> {
    if (!subscription?.addressHash) return true;
    const { user, app, id, addressHash } = subscription;
    const { committer, onFailure } = this.#options;
    try {
      await committer.commit({ kind: 'gone', user, app, id, addressHash });
      return true;
    } catch (error) {
      onFailure(error);
      return false;
    }
  }
}

/** The origin that the device chose; null where the provider is a known one. */
function hostOf({ channel }: Push, { address, flags }: ChannelDescriptor): string | null {
  return flags.hostFromAddress ? new URL(capabilityOf(channel, address)).origin : null;
}
