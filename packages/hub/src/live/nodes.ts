// The nodes of the hub, as operators see them. Each announces itself over the bus every five seconds, at once when it hears
// a new one, and when it drains; one that ended without a word is listed as silent for an hour. Without a bus a node knows
// of itself alone. Times are of the clock of this node.
import { randomUUID } from 'node:crypto';
import type { Bus, NodeFact } from '../bus/bus.ts';
import type { Clock } from '../lib/clock.ts';

const announceEveryMs = 5000;
const silentAfterMs = 16_000;
const listedMs = 3_600_000;
/** Beyond it those that were heard longest ago are dropped. */
const nodesMax = 256;
const healthWaitMs = 2000;

type NodeState = 'up' | 'draining' | 'silent';

export interface ListedNode extends Omit<NodeFact, 'instance' | 'state'> {
  readonly state: NodeState;
  readonly heardAt: number;
  /** It is the one that lists. */
  readonly isOwn: boolean;
  /** Null where the hub runs without a bus. Another node's is seen from here: what it says arrives or does not. */
  readonly isBusUp: boolean | null;
}

interface OwnNode {
  readonly version: string;
  readonly startedAt: number;
  readonly streams: () => number;
  /** Since the start. */
  readonly creates: () => number;
  readonly eventLoopLagSeconds: () => number;
  readonly isStoreUp: () => Promise<boolean>;
}

export interface NodesOptions {
  readonly bus: Bus | null;
  readonly clock: Clock;
  readonly own: OwnNode;
  /** Another node that runs bears the name of this one. */
  readonly onSameName: (name: string) => void;
}

interface Heard {
  readonly fact: NodeFact;
  readonly at: number;
}

export class Nodes {
  readonly #options: NodesOptions;
  readonly #instance = randomUUID();
  readonly #heard = new Map<string, Heard>();
  readonly #timer: { stop(): void };
  /** Null until it listens. */
  #name: string | null = null;
  #state: NodeFact['state'] = 'up';
  #isStoreUp = true;
  #counted: { readonly at: number; readonly creates: number };
  #createsPerSecond = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(options: NodesOptions) {
    const { bus, clock, own } = options;
    this.#options = options;
    this.#counted = { at: clock.now(), creates: own.creates() };
    bus?.listen({
      node: (fact) => this.#hear(fact),
      connected: () => void this.#announce(),
    });
    this.#timer = clock.every(announceEveryMs, () => {
      this.#count();
      void this.#announce();
    });
  }

  /** It listens under that name: from here on others hear of it. */
  begin(name: string): void {
    this.#name = name;
    if ([...this.#heard.values()].some(({ fact }) => fact.id === name)) this.#options.onSameName(name);
    void this.#announce();
  }

  drain(): void {
    this.#state = 'draining';
    this.#publish();
  }

  /** A node that ends in order is in no list afterwards. */
  close(): void {
    this.#timer.stop();
    this.#state = 'left';
    this.#publish();
  }

  /** This one first, then those that were heard last. */
  async list(): Promise<ListedNode[]> {
    await this.#look();
    const { bus, clock } = this.#options;
    const now = clock.now();
    const isBusUp = bus?.connected ?? null;
    const { instance: _, state, ...own } = this.#fact();
    const self: ListedNode = {
      ...own,
      ...{ state: state === 'up' ? 'up' : 'draining', heardAt: now, isOwn: true, isBusUp },
    };
    const others = [...this.#heard.values()].filter((each) => this.#isListed(each, now));
    others.sort((one, other) => other.at - one.at);
    return [self, ...others.map(({ fact, at }) => listed(fact, at, now))];
  }

  #hear(fact: NodeFact): void {
    const { clock, onSameName } = this.#options;
    const now = clock.now();
    if (fact.state === 'left') {
      this.#heard.delete(fact.instance);
      return;
    }
    const isNew = !this.#heard.has(fact.instance);
    if (isNew && fact.id === this.#name) onSameName(fact.id);
    this.#heard.delete(fact.instance);
    this.#heard.set(fact.instance, { fact, at: now });
    for (const [instance, { at }] of this.#heard)
      if (this.#heard.size > nodesMax || now - at > listedMs) this.#heard.delete(instance);
    // So that it need not wait for the next round; many that start at once are answered by one announcement a second.
    if (!isNew || now - this.#answeredAt < 1000) return;
    this.#answeredAt = now;
    void this.#announce();
  }

  /** One that started again takes the place of itself before. */
  #isListed({ fact: { id, instance }, at }: Heard, now: number): boolean {
    if (now - at > listedMs) return false;
    if (now - at <= silentAfterMs) return true;
    const isAgain = (each: Heard): boolean =>
      each.fact.id === id && each.fact.instance !== instance && each.at > at;
    return id !== this.#name && ![...this.#heard.values()].some(isAgain);
  }

  #count(): void {
    const { clock, own } = this.#options;
    const counted = { at: clock.now(), creates: own.creates() };
    const seconds = Math.max(0.001, (counted.at - this.#counted.at) / 1000);
    this.#createsPerSecond = (counted.creates - this.#counted.creates) / seconds;
    this.#counted = counted;
  }

  async #announce(): Promise<void> {
    if (this.#name === null || !this.#options.bus?.connected) return;
    await this.#look();
    if (this.#state !== 'left') this.#publish();
  }

  /** A store that does not answer in time counts as away. */
  async #look(): Promise<void> {
    const late = Promise.withResolvers<boolean>();
    // bound: the list and the announcement must not wait for a store that is away
    const timer = this.#options.clock.after(healthWaitMs, () => late.resolve(false));
    this.#isStoreUp = await Promise.race([this.#options.own.isStoreUp(), late.promise]);
    timer.stop();
  }

  #publish(): void {
    if (this.#name !== null) this.#options.bus?.publishNode(this.#fact());
  }

  #fact(): NodeFact {
    const { version, startedAt, streams, eventLoopLagSeconds } = this.#options.own;
    return {
      ...{
        id: this.#name ?? 'not listening',
        instance: this.#instance,
        version,
        startedAt,
        state: this.#state,
      },
      ...{ streams: streams(), createsPerSecond: this.#createsPerSecond },
      ...{ eventLoopLagSeconds: eventLoopLagSeconds(), isStoreUp: this.#isStoreUp },
    };
  }
}

function listed({ instance: _, state, ...fact }: NodeFact, at: number, now: number): ListedNode {
  const isSilent = now - at > silentAfterMs;
  const shown: NodeState = isSilent ? 'silent' : state === 'up' ? 'up' : 'draining';
  return { ...fact, state: shown, heardAt: at, isOwn: false, isBusUp: !isSilent };
}
