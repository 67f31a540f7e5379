// The registry's thread: the only place that holds its connections. Requests are answered one after the other, each
// within the time that the hub waits; a transaction belongs to the connection that it began on and ends with it.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../lib/clock.ts';
import { random } from '../../../lib/random.ts';
import { StoreError } from '../../store.ts';
import { queryError } from '../wire/fault.ts';
import { connectionLost, type Link, LinkKeeper } from './link.ts';
import { awaitOthers, Refresh } from './refresh.ts';
import { registryMigrations } from './schema.ts';
import {
  type Answer,
  cells as cellOf,
  type Message,
  type NumberedRequest,
  type Raised,
  type Request,
  type Row,
  type ThreadData,
} from './threads.ts';

/** After a commit is durable, memory and the other hubs may take what is left of the caller's time, but for this. */
const answerMarginMs = 200;
/** Looks for changes also when no notification came: a connection that is cut off does not tell. */
const heartbeatMs = 2000;

interface Result {
  readonly rows: readonly Row[];
  readonly rowCount: number | null;
}

const nothing: Result = { rows: [], rowCount: 0 };
const { url, port, cells } = workerData as ThreadData;
const requests = parentPort as NonNullable<typeof parentPort>;
const refresh = new Refresh({
  hand(part, rows) {
    const version = Atomics.load(cells, cellOf[part]) + 1;
    say({ kind: 'part', part, version, rows });
    Atomics.store(cells, cellOf[part], version);
  },
});
const keeper = new LinkKeeper({
  url,
  migrations: registryMigrations,
  clock: systemClock,
  random,
  prepare: ({ listening }) => refresh.begin(listening),
  onUp: () => void Atomics.store(cells, cellOf.away, 0),
  onDown(reason) {
    transaction = null;
    say({ kind: 'away', reason });
    Atomics.store(cells, cellOf.away, 1);
  },
  onChange: () => void look(),
});
let transaction: Link | null = null;
let answering: Promise<void> = Promise.resolve();
const names = new Map<string, string>();

requests.on('message', ({ id, request }: NumberedRequest) => {
  answering = answering.then(() => answer(id, request));
});
systemClock.every(heartbeatMs, () => void look());
try {
  await keeper.open();
  say({ kind: 'done', id: 0, ...nothing, rowCount: 0 });
} catch (error) {
  // A migration that was changed is no failure of a query.
  sayFailure(0, error instanceof StoreError ? error : new StoreError('poison', (error as Error).message));
}
wake();

function say(message: Message): void {
  port.postMessage(message);
}

function sayFailure(id: number, { fault, message }: StoreError): void {
  say({ kind: 'failed', id, fault, message } satisfies Answer);
}

function wake(): void {
  Atomics.add(cells, cellOf.answered, 1);
  Atomics.notify(cells, cellOf.answered);
}

async function look(): Promise<void> {
  const { link } = keeper;
  await refresh.catchUp().catch((error: unknown) => {
    if (link) keeper.failed(link, error);
  });
}

async function answer(id: number, request: Request): Promise<void> {
  try {
    const { rows, rowCount } = await run(request);
    say({ kind: 'done', id, rows: [...rows], rowCount: rowCount ?? 0 });
  } catch (error) {
    sayFailure(id, queryError(error));
  }
  wake();
  if (request.kind === 'close') requests.close();
}

async function run(request: Request): Promise<Result> {
  if (request.kind === 'close') {
    await keeper.close();
    return nothing;
  }
  const { link } = keeper;
  if (!link) throw new StoreError('unavailable', connectionLost);
  try {
    return await runOn(link, request);
  } catch (error) {
    throw keeper.failed(link, error);
  }
}

async function runOn(link: Link, request: Exclude<Request, { kind: 'close' }>): Promise<Result> {
  if (request.kind === 'begin' || (request.kind === 'query' && !request.inTransaction)) {
    await rollBack(link);
  } else if (transaction !== link && request.kind !== 'rollback') {
    throw new StoreError('unavailable', 'The transaction ended with its connection to PostgreSQL.');
  }
  switch (request.kind) {
    case 'begin':
      await link.asking.query('BEGIN');
      transaction = link;
      return nothing;
    case 'query': {
      const { text, values } = request;
      return await link.asking.query({ name: nameOf(text), text, values: [...values] });
    }
    case 'rollback':
      await rollBack(link);
      return nothing;
    case 'commit':
      await commit(link, request);
      return nothing;
  }
}

/** What the hub gave up on, or asked to undo. */
async function rollBack(link: Link): Promise<void> {
  const isOpen = transaction === link;
  transaction = null;
  if (isOpen) await link.asking.query('ROLLBACK');
}

async function commit(link: Link, { raised, boundMs }: Extract<Request, { kind: 'commit' }>): Promise<void> {
  const end = systemClock.now() + boundMs - answerMarginMs;
  transaction = null;
  const { command } = await link.asking.query('COMMIT');
  // A transaction in which a statement failed is rolled back, and PostgreSQL calls that no error.
  if (command !== 'COMMIT') throw new StoreError('poison', 'A statement of the transaction had failed.');
  if (raised.length > 0) await within(end - systemClock.now(), tellAll(link, raised));
}

async function tellAll(link: Link, raised: readonly Raised[]): Promise<void> {
  await look();
  if (keeper.link === link) await awaitOthers(link.asking, raised);
}

/** What is durable is no failure any more: lateness and losses after it are not the caller's. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = systemClock.after(ms, resolve);
    void work
      .catch(() => {})
      .then(() => {
        timer.stop();
        resolve();
      });
  });
}

/** Each connection prepares a text once, under this name. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `r${names.size}`;
  names.set(text, name);
  return name;
}
