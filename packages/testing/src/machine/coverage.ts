// Which functions of which files ran between two moments, in this process's main thread and in its worker threads: V8's
// precise coverage, read over the inspector.
//   await using coverage = await startCoverage();
//   await coverage.take(); ...; const ran = await coverage.take();
import { Session } from 'node:inspector/promises';

export interface Coverage extends AsyncDisposable {
  /** Names of the functions that ran since the last call, by the URL of their file. */
  take(): Promise<ReadonlyMap<string, readonly string[]>>;
}

interface Script {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { count: number }[];
  }[];
}

type Post = (method: string, params?: object) => Promise<unknown>;

export async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  const main: Post = (method, params) => session.post(method as 'Profiler.enable', params as undefined);
  const threads = [main, ...(await attachWorkers(session))];
  for (const post of threads) {
    await post('Profiler.enable');
    await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }
  return {
    async take() {
      const ran = new Map<string, string[]>();
      for (const post of threads) {
        const { result } = (await post('Profiler.takePreciseCoverage')) as { result: readonly Script[] };
        for (const { url, functions } of result) {
          // The first function of a file is its module, which ran when it was loaded.
          const called = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
          if (called.length === 0) continue;
          ran.set(url, [...(ran.get(url) ?? []), ...called.map(({ functionName }) => functionName)]);
        }
      }
      return ran;
    },
    async [Symbol.asyncDispose]() {
      session.disconnect();
    },
  };
}

/** A way to each worker that runs now. */
async function attachWorkers(session: Session): Promise<Post[]> {
  const workers: Post[] = [];
  const waiting = new Map<string, PromiseWithResolvers<unknown>>();
  let nextId = 1;
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
    workers.push((method, params) => {
      const id = nextId++;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(`${sessionId} ${id}`, answer);
      const message = JSON.stringify({ id, method, params });
      void session.post('NodeWorker.sendMessageToWorker', { message, sessionId });
      return answer.promise;
    });
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
    waiting.get(`${sessionId} ${id}`)?.resolve(result);
    waiting.delete(`${sessionId} ${id}`);
  });
  await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return workers;
}
