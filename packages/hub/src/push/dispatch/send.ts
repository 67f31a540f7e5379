// Sends one due delivery: decides by the current rows, makes the attempt through its channel, and passes the outcome to the
// breakers and the recorder. The dispatcher decides when.
import type { Committer } from '../../feed/commit.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AppId } from '../../model/app.ts';
import type { DeliveryResult, PlannedDelivery } from '../../model/delivery.ts';
import type { UserKey } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { FeedStore, SendContext } from '../../store/store.ts';
import { capabilityOf, type OpenChannels } from '../channels/channels.ts';
import type { Outcome, Push } from '../channels/contract.ts';
import { withdrawn } from '../channels/outcome.ts';
import { decide, type PushGrace, type Step, sentResult, settledResult, tryUntil } from '../plan/decide.ts';
import { type Address, Addresses, waitFor } from './addresses.ts';
import { longestPauseMs } from './breaker.ts';
import type { CredentialFaults } from './credential-faults.ts';
import { channelFailed, channelUnknown, isOfProvider, saysNothing } from './faults.ts';
import { type Entry, Hosts } from './hosts.ts';
import type { Lane } from './lane.ts';
import type { MassEndGuard } from './mass-end.ts';
import type { Recorder } from './recorder.ts';
import { retryDelayMs } from './retry.ts';
import { Turns } from './turns.ts';
import type { UnresolvedNames } from './unresolved.ts';
import { Waiting } from './waiting.ts';

export interface SenderOptions {
  readonly committer: Pick<Committer, 'commit'>;
  readonly read: Pick<FeedStore['read'], 'sendContexts'>;
  readonly channels: OpenChannels;
  readonly clock: Clock;
  readonly random: () => number;
  readonly grace: PushGrace;
  /** Whether a device has a stream open here. */
  readonly listensLive: (user: UserKey, subscription: string) => boolean;
  readonly onFailure: (error: unknown) => void;
  readonly massEnd: MassEndGuard;
  readonly credentialFaults: CredentialFaults;
  readonly unresolved: Pick<UnresolvedNames, 'some' | 'failed' | 'resolved'>;
  /** How deliveries of what that app posted end is told by webhook. */
  readonly tellsEnds?: (creator: AppId) => boolean;
}

/** `recorded`: the recorder has it; `dropped`: there is nothing to do; else it comes again. */
export type SendEnd = 'recorded' | 'dropped' | Again;

/** After that long, or when it is called back that there is a place for it. */
export interface Again {
  readonly againAfterMs: number;
  readonly orWhenFree?: (onFree: () => void) => { stop(): void };
}

/** In memory; what has to wait longer waits in the store. */
const longestWaitMs = 2000;
const longestPostponedMs = 600_000;
/** Of what waits for an address, as long as the fault may be its service's: all of it is sent soon after the end of that. */
const longestSuspectMs = 60_000;
/**
 * Attempts of one user under way at one service: two of the four connections that a push service has over HTTP/1.1, and a part
 * of a lane's. To addresses that are known to be good more: they answer.
 */
export const underWayOfUser = { atHost: 2, inLane: 16, good: 64 };
/** For a turn, in memory: a claim lasts 15 s, an attempt up to 10 s of it. */
const longestForTurnMs = 4000;

export class Sender {
  readonly #options: SenderOptions;
  readonly #recorder: Recorder;
  readonly #hosts = new Hosts();
  readonly #addresses = new Addresses();
  readonly #turns = new Turns();
  readonly #waiting: Waiting;
  readonly #waitedSince = new WeakMap<PlannedDelivery, number>();

  constructor(options: SenderOptions, recorder: Recorder) {
    this.#options = options;
    this.#recorder = recorder;
    const { read, clock, onFailure } = options;
    this.#waiting = new Waiting({
      ...{ read, clock, onFailure },
      isToSend: (taken, context) => this.#decide(taken, context, clock.now()).kind === 'send',
    });
  }

  /** The provider took the last push to that device. */
  isGood({ subscription }: PlannedDelivery): boolean {
    return this.#addresses.isGood(subscription);
  }

  #decide(taken: PlannedDelivery, context: SendContext | null, now: number): Step {
    const { grace, listensLive, channels } = this.#options;
    const address = context?.subscription?.channel;
    const canClear = (address && channels.get(address.type)?.descriptor.flags.canClear) ?? false;
    const live = context !== null && listensLive(taken.user, taken.subscription);
    return decide(taken, context, { now, grace, listensLive: live, canClear });
  }

  async send(lane: Lane, taken: PlannedDelivery, context: SendContext | null): Promise<SendEnd> {
    const now = this.#options.clock.now();
    const step = this.#decide(taken, context, now);
    if (step.kind === 'send' && context?.subscription) {
      return this.#takeTurn({ lane, taken, context, subscription: context.subscription, push: step.push });
    }
    lane.breaker.notMade();
    if (step.kind === 'wait') return { againAfterMs: step.until - now };
    if (step.kind !== 'settle' || !context) return 'dropped';
    this.#recorder.record(
      watched(settledResult(context.delivery, step.status, step.reason), context, this.#options),
    );
    return 'recorded';
  }

  /** An address that has failed waits by itself, and a user with many of them leaves room for others. */
  async #takeTurn(sending: Sending): Promise<SendEnd> {
    const { lane, taken, subscription, push } = sending;
    const now = this.#options.clock.now();
    const host = hostOf(push, this.#options.channels);
    const address = this.#addresses.find(subscription);
    const wait = waitFor(address, now);
    if (wait) {
      const workedAt = host === null ? lane.breaker.succeededAt : this.#hosts.succeededAt(host);
      return this.#postpone(sending, wait, workedAt < wait.since ? longestSuspectMs : longestPostponedMs);
    }
    const turn = `${taken.user} ${host ?? `${taken.channel} ${taken.app}`}`;
    const unknown = host === null ? underWayOfUser.inLane : underWayOfUser.atHost;
    const place = this.#turns.take(turn, address?.isGood ? underWayOfUser.good : unknown);
    if (!place) {
      const since = this.#waitedSince.get(taken) ?? now;
      if (now - since >= longestForTurnMs)
        return this.#postpone(sending, { waitMs: longestWaitMs + 1, exactly: false });
      this.#waitedSince.set(taken, since);
      lane.breaker.notMade();
      return { againAfterMs: longestWaitMs, orWhenFree: (onFree) => this.#turns.wait(turn, onFree) };
    }
    try {
      return await (host === null
        ? this.#sendInLane(sending, address)
        : this.#sendToHost(sending, address, host));
    } finally {
      this.#turns.leave(place);
    }
  }

  async #sendInLane(sending: Sending, address: Address | null): Promise<SendEnd> {
    const { lane, subscription, push } = sending;
    const outcome = await this.#attempt(sending, address);
    const now = this.#options.clock.now();
    const descriptor = this.#options.channels.get(push.channel.type)?.descriptor;
    // One whose device has another channel by now says nothing of this lane's provider.
    if (descriptor?.code !== lane.route.channel || saysNothing(outcome)) lane.breaker.notMade();
    else if (isOfProvider(outcome)) lane.breaker.failed(now, outcome.afterMs, subscription.user);
    else lane.breaker.succeeded(now);
    return this.#record(sending, outcome, lane.breaker.succeededAt);
  }

  async #sendToHost(sending: Sending, address: Address | null, host: string): Promise<SendEnd> {
    const { lane, subscription } = sending;
    const { clock } = this.#options;
    const wasProven = this.#hosts.isProven(host);
    const entry = this.#hosts.enter(host, clock.now(), address?.isGood ?? false);
    if (entry.waitMs > 0) return this.#postpone(sending, entry);
    // The breaker of the host decides, so this is no probe of the lane that its device has left.
    lane.breaker.notMade();
    const outcome = await this.#attempt(sending, address);
    const { afterMs } = outcome;
    const { user } = subscription;
    const isLost = outcome.reason === 'ENOTFOUND' && (await this.#options.unresolved.failed(nameOf(host)));
    if (outcome.status !== null && this.#options.unresolved.some)
      this.#options.unresolved.resolved(nameOf(host));
    const failed = saysNothing(outcome) ? null : isOfProvider(outcome);
    this.#hosts.leave(host, { now: clock.now(), failed, afterMs, wasProven, user });
    const end = isLost ? ({ ...outcome, verdict: 'gone', reason: 'nameUnresolved' } as const) : outcome;
    return this.#record(sending, end, this.#hosts.succeededAt(host));
  }

  /**
   * The longer it has waited, the less often it asks, so that deliveries for a dead host cost next to nothing. Half of the
   * time that it has left is the most.
   */
  #postpone({ lane, context }: Sending, { waitMs, exactly }: Entry, mostMs = longestPostponedMs): SendEnd {
    const { clock, random } = this.#options;
    const { delivery } = context;
    lane.breaker.notMade();
    const now = clock.now();
    const most = Math.min(mostMs, (tryUntil(context) - now) / 2);
    const longer = Math.min((now - delivery.plannedAt) / 4, most) * (0.75 + random() / 2);
    const againAfterMs = Math.ceil(exactly ? waitMs : Math.max(waitMs, longer));
    if (againAfterMs <= longestWaitMs) return { againAfterMs };
    const { status, reason } = delivery;
    const due = now + againAfterMs;
    this.#recorder.record({ ...settledResult(delivery, status, ''), reason, due });
    return 'recorded';
  }

  async #attempt({ taken, push }: Sending, address: Address | null): Promise<Outcome> {
    const { channels, onFailure } = this.#options;
    const open = channels.get(push.channel.type);
    address?.failing?.breaker.started();
    if (!open) return channelUnknown;
    const wait = this.#waiting.begin(taken);
    try {
      return await open.channel.send({ ...push, wait });
    } catch (error) {
      onFailure(error);
      return channelFailed;
    } finally {
      wait.end();
    }
  }

  /** `workedAt`: when the service last took a push. */
  async #record(
    { context, subscription, push: { silence } }: Sending,
    answered: Outcome,
    workedAt: number,
  ): Promise<SendEnd> {
    const { clock, random } = this.#options;
    const { delivery } = context;
    const outcome = answered.verdict === 'gone' ? await this.#end(context, answered) : answered;
    if (subscription.channel && outcome.verdict === 'refused' && outcome.blame === 'credentials')
      this.#options.credentialFaults.note(subscription.app, subscription.channel.type, outcome.reason ?? '');
    const now = clock.now();
    const until = tryUntil(context);
    const failingSince = this.#addresses.ended(subscription, outcome, now);
    if (outcome.reason === withdrawn) return { againAfterMs: 0 };
    // What has worked for others since is this address's own fault. What is down has always something to probe with.
    const isShared = isOfProvider(outcome) && workedAt < (failingSince ?? now);
    // Before it expires it is tried once more.
    const mostMs = Math.min(until - now, isShared ? longestPauseMs : Number.POSITIVE_INFINITY);
    const { afterMs } = outcome;
    const delayMs = retryDelayMs({ attempts: delivery.attempts + 1, afterMs, mostMs, random });
    const result = sentResult(delivery, { outcome, now, until, delayMs, silence });
    this.#recorder.record(watched(result, context, this.#options));
    return 'recorded';
  }

  /** Once, only while the subscription still has the dead address, and not when too many are reported at once. */
  async #end({ subscription }: SendContext, answered: Outcome): Promise<Outcome> {
    if (!subscription?.addressHash || !subscription.channel) return answered;
    const { user, app, id, addressHash, registered, channel } = subscription;
    const { committer, onFailure, massEnd } = this.#options;
    try {
      if (!(await massEnd.mayEnd(app, channel.type))) {
        return { ...answered, verdict: 'refused', reason: `kept, since too many ended: ${answered.reason}` };
      }
      const which = { user, app, id, addressHash, registered };
      const { registeredAnew } = await committer.commit({ kind: 'gone', ...which });
      // What the device has registered meanwhile gets the push.
      return registeredAnew ? { ...answered, verdict: 'retry' } : answered;
    } catch (error) {
      onFailure(error);
      // It is found dead once more.
      return { ...answered, verdict: 'retry' };
    }
  }
}

interface Sending {
  readonly lane: Lane;
  readonly taken: PlannedDelivery;
  readonly context: SendContext;
  readonly subscription: StoredSubscription;
  readonly push: Push;
}

/** Names who posted the notification, where how its delivery ends is to be told. */
function watched(
  result: DeliveryResult,
  { notification }: SendContext,
  { tellsEnds }: Pick<SenderOptions, 'tellsEnds'>,
): DeliveryResult {
  const creator = notification?.app;
  return creator !== undefined && tellsEnds?.(creator) ? { ...result, creator } : result;
}

/** The origin that the device chose; null where the provider is a known one. */
function hostOf({ channel }: Push, channels: OpenChannels): string | null {
  const descriptor = channels.get(channel.type)?.descriptor;
  return descriptor?.flags.hostFromAddress ? new URL(capabilityOf(channel, descriptor.address)).origin : null;
}

function nameOf(origin: string): string {
  return new URL(origin).hostname;
}
