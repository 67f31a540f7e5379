// One exchange with the hub: it does what each phase of ./phases.ts says, and the table says which one follows. It never
// throws; how it ended is a value.
import { HubError, isOfNoDevice } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import { accountOf } from '../requests/token.ts';
import { digestOf } from '../web-push/push-content.ts';
import type { AccountGuard } from './account-guard.ts';
import { decideSync, type SyncDecision } from './decide.ts';
import { announce } from './look/paint.ts';
import { flush } from './outbox.ts';
import { type ActivePhase, type ExchangeEnd, type ExchangeInput, nextPhase } from './phases.ts';
import { readUpdates, type Updates } from './read-updates.ts';
import { type RenewParts, renew } from './renew.ts';
import { type ShowParts, show } from './show.ts';

export interface ExchangeParts extends ShowParts, RenewParts {
  readonly guard: AccountGuard;
  /** `device` is the UNS-ID that the requests carry. */
  readonly openRequests: (device: string | null) => Requests;
}

export interface ExchangeTask {
  /** The ids that pushes named; null only sends the outbox. */
  readonly named: ReadonlySet<string> | null;
}

export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #task: ExchangeTask;
  #requests: Requests;
  #isDeviceRefused = false;
  #updates: Updates | null = null;

  readonly #steps: Readonly<Record<ActivePhase, () => Promise<ExchangeInput>>> = {
    opening: () => this.#open(),
    sending: () => this.#send(),
    reading: () => this.#read(),
    showing: () => this.#show(),
    confirming: () => this.#confirm(),
  };

  constructor(parts: ExchangeParts, task: ExchangeTask) {
    this.#parts = parts;
    this.#task = task;
    this.#requests = parts.openRequests(null);
  }

  /** Never rejects. */
  async run(): Promise<ExchangeEnd> {
    let phase: ActivePhase = 'opening';
    for (;;) {
      const input: ExchangeInput = await this.#steps[phase]().catch(inputOf);
      if (input === 'deviceRefused') await this.#forgetDevice();
      const next = nextPhase(phase, input);
      if (next === 'done' || next === 'signedOut' || next === 'failed') return next;
      phase = next;
    }
  }

  async #open(): Promise<ExchangeInput> {
    const { guard, clock, openRequests } = this.#parts;
    const record = await guard.read();
    if (record.signedOut) return 'signedOut';
    const { subscriptionId = null, leaseUntil = 0 } = record.registration ?? {};
    // The hub has no subscription whose lease has ended: it is registered again.
    const hasDevice = leaseUntil > clock.now() && !this.#isDeviceRefused;
    this.#requests = openRequests(hasDevice ? subscriptionId : null);
    await guard.check(accountOf(await this.#requests.token()), record);
    await renew(this.#parts, this.#requests).catch((error: unknown) => {
      if (isOfNoDevice(error)) throw error;
    });
    return 'next';
  }

  async #send(): Promise<ExchangeInput> {
    const isSent = await flush(this.#parts, this.#requests);
    if (this.#task.named !== null) return 'next';
    return isSent ? 'complete' : 'failed';
  }

  async #read(): Promise<ExchangeInput> {
    const { store, screen } = this.#parts;
    const record = await store.read();
    const named = [...(this.#task.named ?? [])];
    const unseen = named.filter((id) => !record.remembered[id]);
    const displayed = [...(await screen.displayed())];
    this.#updates = await readUpdates(this.#requests, record.cursor, { named, unseen, displayed });
    return 'next';
  }

  async #show(): Promise<ExchangeInput> {
    const { store, screen, clock } = this.#parts;
    const updates = this.#updates;
    if (!updates) return 'failed';
    const decision = await this.#decide(updates);
    const { cursor, unreadCount } = updates;
    await store.change((current) => ({
      ...current,
      ...{ cursor, unreadCount, offsetMs: clock.offsetMs ?? 0 },
      remembered: { ...current.remembered, ...decision.remember },
    }));
    for (const notification of decision.show) await show(this.#parts, announce(notification));
    await screen.close(decision.close);
    await screen.badge(unreadCount);
    return 'next';
  }

  async #decide({ values, silent }: Updates): Promise<SyncDecision> {
    const { store, screen, clock } = this.#parts;
    return decideSync({
      ...{ values, silent, digests: await digestsOf(values), now: clock.now() },
      named: this.#task.named ?? new Set(),
      displayed: await screen.displayed(),
      record: await store.read(),
      isShowable: (notification) => screen.canShow(notification),
    });
  }

  async #confirm(): Promise<ExchangeInput> {
    await flush(this.#parts, this.#requests);
    return 'next';
  }

  /** The user removed this device on another one: it acts without a subscription from now on. */
  async #forgetDevice(): Promise<void> {
    this.#isDeviceRefused = true;
    await this.#parts.store.change((record) => ({ ...record, registration: null, renew: false }));
  }
}

function inputOf(error: unknown): ExchangeInput {
  if (isOfNoDevice(error)) return 'deviceRefused';
  return error instanceof HubError && error.kind === 'signedOut' ? 'signedOut' : 'failed';
}

async function digestsOf(values: Updates['values']): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const value of values) {
    const visual = 'payload' in value ? value.payload.visualContent : null;
    if (visual) digests.set(value.id, await digestOf(visual.title, visual.body));
  }
  return digests;
}
