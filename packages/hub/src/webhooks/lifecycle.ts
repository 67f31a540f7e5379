// The life of change subscriptions: they end with their time and with their app or user, must be authorized anew before their
// end, and their lifecycle endpoint is told all of that. What is to be told stands in the registry until it is taken, or was
// tried for too long; so does one that has ended. Every node looks; the registry lets one of them change it.
import type { Clock, Timer } from '../lib/clock.ts';
import {
  type ChangeSubscription,
  endedOf,
  type KnownChangeSubscription,
  type LifecycleEvent,
  withEvent,
} from '../model/change-subscription.ts';
import type { Registry } from '../store/registry.ts';
import type { WebhookBacklogs } from '../store/store.ts';
import { lifecycleBacklogOf, lifecycleValue, uuidOf } from './payload.ts';
import { type Attempt, asJson, dueAfterMs, type PostOutcome } from './post.ts';

export interface LifecycleOptions {
  readonly registry: Pick<Registry, 'apps' | 'users' | 'revocations' | 'changeSubscriptions'>;
  readonly backlogs: Pick<WebhookBacklogs, 'claim'>;
  /** Whose users are kept here; null when the embedded provider does not run. */
  readonly ownIssuer: string | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retryMs: number;
  readonly send: (attempt: Attempt, told: ChangeSubscription) => Promise<PostOutcome>;
  /** Nothing is told in that backlog any more. */
  readonly onEnd: (backlog: string) => void;
  readonly onFailure: (error: unknown) => void;
}

const lookEveryMs = 1000;

interface Telling {
  isBusy: boolean;
  attempts: number;
  due: number;
}

export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #timer: Timer;
  readonly #telling = new Map<string, Telling>();
  #usersAsOf = -1;
  #looking: Promise<void> | null = null;
  #closed = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#timer = options.clock.every(lookEveryMs, () => void this.look());
  }

  /** Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce()
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async noteMissed(id: string): Promise<void> {
    const { registry, clock } = this.#options;
    const event = { name: 'missed', at: clock.now() } as const;
    await registry.changeSubscriptions.change(id, (before) => withEvent(before, event));
    void this.look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.stop();
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { registry, clock } = this.#options;
    const known = registry.changeSubscriptions.known();
    if (known.length === 0 || this.#closed) return;
    const asOf = registry.revocations.version();
    const gone = asOf === this.#usersAsOf ? new Set<string>() : await this.#goneUsers(known);
    for (const each of known) {
      if (this.#closed) return;
      const now = clock.now();
      if (!each.ended && this.#isOver(each, gone, now)) await this.#end(each.id);
      else if (each.reauthorizeAt !== null && each.reauthorizeAt <= now) await this.#askToAuthorize(each.id);
    }
    this.#usersAsOf = asOf;
    const telling = registry.changeSubscriptions.known().filter(({ events }) => events.length > 0);
    const ids = new Set(telling.map(({ id }) => id));
    for (const [id, { isBusy }] of this.#telling) if (!isBusy && !ids.has(id)) this.#telling.delete(id);
    for (const id of ids) void this.#tell(id).catch(this.#options.onFailure);
  }

  #isOver({ app, user, subject, issuer, expires }: KnownChangeSubscription, gone: Gone, now: number) {
    const { registry, ownIssuer } = this.#options;
    const owner = registry.apps.findById(app);
    const isGone = user !== null && issuer === ownIssuer && gone.has(subject);
    return expires <= now || !owner || owner.blocked || isGone;
  }

  /** Looked up when somebody was disabled, deleted or signed out since. */
  async #goneUsers(known: readonly KnownChangeSubscription[]): Promise<Gone> {
    const { registry, ownIssuer } = this.#options;
    const gone = new Set<string>();
    const own = known.filter(({ user, issuer, ended }) => user !== null && issuer === ownIssuer && !ended);
    for (const subject of new Set(own.map((each) => each.subject))) {
      const user = await registry.users.findById(subject);
      if (!user || user.disabled) gone.add(subject);
    }
    return gone;
  }

  async #end(id: string): Promise<void> {
    const { registry, clock, onEnd } = this.#options;
    await registry.changeSubscriptions.change(id, (before) => endedOf(before, clock.now()));
    onEnd(id);
  }

  async #askToAuthorize(id: string): Promise<void> {
    const { registry, clock } = this.#options;
    await registry.changeSubscriptions.change(id, (before) => {
      const { reauthorizeAt } = before;
      if (reauthorizeAt === null || reauthorizeAt > clock.now()) return before;
      const event = { name: 'reauthorizationRequired', at: clock.now() } as const;
      return { ...withEvent(before, event), reauthorizeAt: null };
    });
  }

  async #tell(id: string): Promise<void> {
    const { clock, backlogs, registry, onEnd } = this.#options;
    const telling = this.#telling.get(id) ?? { isBusy: false, attempts: 0, due: 0 };
    this.#telling.set(id, telling);
    if (telling.isBusy || telling.due > clock.now() || this.#closed) return;
    telling.isBusy = true;
    try {
      if (!(await backlogs.claim(lifecycleBacklogOf(id), clock.now()))) return;
      const told = await registry.changeSubscriptions.find(id);
      if (!told) onEnd(lifecycleBacklogOf(id));
      else if (told.events.length > 0) await this.#send(told, telling);
    } finally {
      telling.isBusy = false;
    }
  }

  async #send(told: ChangeSubscription, telling: Telling): Promise<void> {
    const { clock, random, retryMs, send, registry, onEnd } = this.#options;
    const { id, events, lifecycleUrl: url } = told;
    const body = JSON.stringify({ value: events.map((event) => lifecycleValue(told, event)) });
    const attempt = { id: `msg_${uuidOf(JSON.stringify([id, events]))}`, url: url ?? '', body, ...asJson };
    const { taken, afterMs } = await send(attempt, told);
    if (this.#closed && !taken) return;
    telling.attempts = taken ? 0 : telling.attempts + 1;
    const { attempts } = telling;
    telling.due = taken ? 0 : clock.now() + dueAfterMs({ attempts, afterMs, retryMs }, random);
    const isDone = ({ name, at }: LifecycleEvent): boolean =>
      taken ? events.some((event) => event.name === name && event.at === at) : clock.now() - at >= retryMs;
    if (!events.some(isDone)) return;
    const after = await registry.changeSubscriptions.change(id, (before) => {
      const left = before.events.filter((event) => !isDone(event));
      return before.ended && left.length === 0 ? null : { ...before, events: left };
    });
    if (!after) onEnd(lifecycleBacklogOf(id));
  }
}

type Gone = ReadonlySet<string>;
