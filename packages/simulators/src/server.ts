// Simulated push services on one port: finds the provider that a request is for, lets the script act on what the
// provider found good, records what was delivered. Errors of a provider's code answer 500 and say so.
import { control } from './control.ts';
import { type Exchange, resetConnection } from './exchange.ts';
import { openListener } from './listener.ts';
import { DeliveryRecord, type Stats } from './record.ts';
import { type Outcome, type Rule, refusalOf, Script } from './script.ts';
import type {
  AcceptedPush,
  AnswerContext,
  Delivered,
  GivenAnswer,
  Provider,
  SimulatorClock,
} from './simulator.ts';

const defaultKept = 10_000;

export interface SimulatorOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  readonly host?: string;
  /** PEM; null: HTTP/1.1 and HTTP/2 with prior knowledge, in plain. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  /** They may be made when the URL is known, for what must contain it. */
  readonly providers: readonly Provider[] | ((url: string) => readonly Provider[]);
  readonly clock: SimulatorClock;
  /** At least so many of the newest delivered pushes are kept; default 10 000. */
  readonly keep?: number;
  /** Of the random by which rules with a `share` act. */
  readonly seed?: number;
  /** Told of each delivered push. */
  readonly onDelivered?: (push: Delivered) => void;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly providers: readonly Provider[];
  /** The newest, oldest first. */
  readonly delivered: readonly Delivered[];
  /** Delivered pushes since the start. */
  readonly total: number;
  readonly stats: Stats;
  /** Replaces the rules; `[]` ends all of them. */
  script(rules: readonly Rule[]): void;
  /** Ends all that is held. */
  release(): void;
  /** How many are held. */
  readonly held: number;
  /** The first delivered push that matches, of those kept and all to come; rejects when the simulator closes. */
  waitFor(match: (push: Delivered) => boolean): Promise<Delivered>;
  /** Resolves when the condition, asked again after each delivery and answer, holds. */
  waitUntil(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly clock: SimulatorClock;
  readonly record: DeliveryRecord;
  readonly rules: Script;
  readonly script: (rules: readonly Rule[]) => void;
  readonly release: () => void;
  /** What ends each push that a script holds. */
  readonly held: (() => void)[];
  providers: readonly Provider[];
}

export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, tls, providers, clock, keep = defaultKept, seed = 1 } = options;
  const rules = new Script(seed);
  const record = new DeliveryRecord(keep, options.onDelivered);
  const script = (next: readonly Rule[]): void => rules.replace(next);
  const held: (() => void)[] = [];
  const release = (): void => {
    for (const end of held.splice(0)) end();
  };
  const running: Running = { clock, record, rules, script, release, held, providers: [] };
  const listener = await openListener({
    host,
    port,
    tls,
    onExchange: (exchange) => void handle(exchange, running),
    onConnection: (protocol) => {
      record.stats.connections[protocol] += 1;
    },
  });
  const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${listener.port}`;
  running.providers = typeof providers === 'function' ? providers(url) : providers;
  return {
    url,
    port: listener.port,
    providers: running.providers,
    delivered: record.delivered,
    get total() {
      return record.total;
    },
    stats: record.stats,
    script,
    release,
    get held() {
      return held.length;
    },
    waitFor: (match) => record.waitFor(match),
    waitUntil: (condition) => record.waitUntil(condition),
    async close() {
      record.close();
      await listener.close();
    },
  };
}

async function handle(exchange: Exchange, running: Running): Promise<void> {
  const controlled = control(exchange.request, running);
  if (controlled) return exchange.answer(controlled);
  try {
    for (const provider of running.providers) {
      if (await ask(provider, exchange, running)) return;
    }
    exchange.answer(plain(404, `no simulated provider has the path ${exchange.request.path}`));
  } catch (error) {
    exchange.answer(plain(500, `the simulator failed: ${error instanceof Error ? error.stack : error}`));
  }
}

/** False when it is not for this provider. */
async function ask(provider: Provider, exchange: Exchange, running: Running): Promise<boolean> {
  const { request, protocol, connection } = exchange;
  let push: AcceptedPush | null = null as AcceptedPush | null;
  let dropped = false;
  const context: AnswerContext = {
    now: () => running.clock.now(),
    deliver: (accepted) => {
      push = accepted;
    },
    protocol,
    connection,
    drop: () => {
      dropped = true;
    },
  };
  const answer = await provider.answer(request, context);
  if (answer === null && !dropped) return false;
  running.record.stats.providers[provider.name].requests += 1;
  if (answer !== null && !dropped) settle({ provider, exchange, running, answer, push });
  else {
    connection.socket.destroy();
    running.record.answered(provider.name, 'none');
  }
  return true;
}

interface Settled {
  readonly provider: Provider;
  readonly exchange: Exchange;
  readonly running: Running;
  readonly answer: GivenAnswer;
  readonly push: AcceptedPush | null;
}

function settle(settled: Settled): void {
  const { provider, exchange, running, answer, push } = settled;
  const good = answer.status < 300;
  const [path = ''] = exchange.request.path.split('?', 1);
  const outcome = good
    ? running.rules.next({ provider: provider.name, address: push?.address ?? null, path })
    : null;
  if (outcome === null) finish(settled);
  else perform(outcome, settled);
}

function perform(outcome: Outcome, settled: Settled): void {
  const { provider, exchange, running } = settled;
  const refused = refusedAnswer(outcome, provider, running.clock.now());
  if (refused) finish({ ...settled, answer: refused, push: null });
  else if (typeof outcome === 'object') afterDelay(outcome, settled);
  else if (outcome === 'hold') running.held.push(() => finish(settled));
  else if (outcome === 'holdGone') running.held.push(() => perform('gone', settled));
  else if (outcome === 'goaway' || outcome === 'duplicate') {
    if (outcome === 'goaway') exchange.goAway();
    else deliver(settled);
    finish(settled);
  } else {
    if (outcome === 'lost') deliver(settled);
    if (outcome === 'resetStream') exchange.reset();
    else if (outcome !== 'hang') resetConnection(exchange.connection);
    running.record.answered(provider.name, 'none');
  }
}

function afterDelay(outcome: Outcome & object, settled: Settled): void {
  if ('delayMs' in outcome) settled.running.clock.after(outcome.delayMs, () => finish(settled));
}

/** The answer in the provider's own words; null when the outcome is no refusal. */
function refusedAnswer(outcome: Outcome, provider: Provider, now: number): GivenAnswer | null {
  const refusal = refusalOf(outcome);
  if (!refusal) return null;
  const own = provider.refuse?.(refusal, now) ?? bareRefusal(refusal);
  if (typeof outcome !== 'object' || !('status' in outcome) || 'retryAfterSeconds' in outcome) return own;
  const body = outcome.body ?? own.body;
  return {
    status: own.status,
    headers: { ...own.headers, ...outcome.headers },
    ...(body === undefined ? {} : { body }),
  };
}

function bareRefusal(refusal: ReturnType<typeof refusalOf> & object): GivenAnswer {
  if (refusal.kind === 'gone') return { status: 410 };
  const { status, retryAfterSeconds } = refusal;
  return {
    status,
    ...(retryAfterSeconds === null ? {} : { headers: { 'retry-after': `${retryAfterSeconds}` } }),
  };
}

function finish(settled: Settled): void {
  const { provider, exchange, running, answer } = settled;
  deliver(settled);
  exchange.answer(answer);
  running.record.answered(provider.name, answer.status);
}

function deliver({ push, running, exchange }: Settled): void {
  if (!push) return;
  const { protocol, request } = exchange;
  const { traceparent } = request.headers;
  const trace = traceparent === undefined ? {} : { traceparent };
  running.record.add({ ...push, at: running.clock.now(), protocol, ...trace });
}

function plain(status: number, message: string): GivenAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify({ error: message })}\n`,
  };
}
