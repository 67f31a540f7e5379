// Traces through the line, part of the hub's composition: from the request to the commit, the streams and the providers'
// answers, around each stage. Without an endpoint for traces each wrapper is the thing itself, and nothing is loaded.
// Which trace a notification belongs to is kept in memory: what is sent by another node or after a restart has none.
import type { Config } from '../config/config.ts';
import type { Committer } from '../feed/commit.ts';
import type { Publisher } from '../feed/publish.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { systemClock } from '../lib/clock.ts';
import { readVersion } from '../lib/version.ts';
import type { TracedChanges } from '../live/relay.ts';
import type { Outcome, Write } from '../model/write.ts';
import type { Runner } from '../operations/kernel/run.ts';
import type { OpenChannel } from '../push/channels/channels.ts';
import type { PushTransport } from '../push/channels/contract.ts';
import type { FeedStore } from '../store/store.ts';
import { type Traces, traceIdOf } from '../telemetry/traces/traces.ts';

type Commits = Pick<FeedStore, 'commit'>;

export interface Tracing {
  runner(runner: Runner): Runner;
  committer(committer: Committer): Committer;
  commits(store: Commits): Commits;
  follow(publisher: Publisher): void;
  /** For the other nodes, and from them. */
  readonly changes: TracedChanges | null;
  channel(open: OpenChannel): OpenChannel;
  transport(transport: PushTransport): PushTransport;
  /** Of the last traced change of a notification. */
  readonly traceIdOf: ((notification: string) => string | null) | null;
  close(): Promise<void>;
}

export const noTracing: Tracing = {
  runner: (runner) => runner,
  committer: (committer) => committer,
  commits: (store) => store,
  follow: () => {},
  changes: null,
  channel: (open) => open,
  transport: (transport) => transport,
  traceIdOf: null,
  close: async () => {},
};

/** Notifications whose trace is known. */
const keptMost = 10_000;

export async function openTracing({
  traces: config,
  tracePushes,
}: Pick<Config, 'traces' | 'tracePushes'>): Promise<Tracing> {
  if (!config) return noTracing;
  const { openOtelTraces } = await import('../telemetry/traces/otel.ts');
  return tracingOf(openOtelTraces({ ...config, version: readVersion() }), tracePushes);
}

function tracingOf(traces: Traces, tracePushes: boolean): Tracing {
  const parents = new WeakMap<Write, string>();
  const ofNotification = new BoundedMap<string, string>({ entriesMax: keptMost });
  /** To the streams of this node. */
  const publish = (parent: string, seq: number): void => {
    const attributes = { 'carillon.sequence': seq };
    traces.note({ name: 'publish', kind: 'producer', parent, attributes }, systemClock.now());
  };
  return {
    runner: (runner) => traceRunner(runner, traces),
    committer: (committer) => ({
      commit(write) {
        const parent = traces.current();
        if (parent !== null) parents.set(write, parent);
        return committer.commit(write);
      },
      drain: () => committer.drain(),
      room: () => committer.room(),
      get load() {
        return committer.load;
      },
    }),
    commits: (store) => traceCommits(store, { traces, parents, ofNotification }),
    follow: (publisher) =>
      publisher.follow((changes) => {
        for (const { notification, seq } of changes) {
          const parent = ofNotification.get(notification.id);
          if (parent !== undefined) publish(parent, seq);
        }
      }),
    changes: { traceparentOf: (id) => ofNotification.get(id) ?? null, came: publish },
    channel: (open) => traceChannel(open, { traces, ofNotification }),
    transport: (transport) => (tracePushes ? traceTransport(transport, traces) : transport),
    traceIdOf(notification) {
      const parent = ofNotification.get(notification);
      return parent === undefined ? null : traceIdOf(parent);
    },
    close: () => traces.close(),
  };
}

function traceRunner(runner: Runner, traces: Traces): Runner {
  return {
    ...runner,
    run: (admission, request) => {
      const { operation, traceparent = null } = admission.arrival;
      const attributes = { 'http.request.method': operation.method, 'http.route': operation.paths[0] ?? '' };
      const step = { name: operation.name, kind: 'server', parent: traceparent, attributes } as const;
      return traces.run(step, async (say) => {
        const answer = await runner.run(admission, request);
        say({ 'http.response.status_code': answer.status });
        return answer;
      });
    },
  };
}

interface Kept {
  readonly traces: Traces;
  readonly ofNotification: BoundedMap<string, string>;
}

function traceCommits(
  store: Commits,
  { traces, parents, ofNotification }: Kept & { readonly parents: WeakMap<Write, string> },
): Commits {
  return {
    async commit(writes, ...context) {
      const beganAt = systemClock.now();
      const committed = await store.commit(writes, ...context);
      for (const [index, write] of writes.entries()) {
        const parent = parents.get(write);
        if (parent === undefined) continue;
        const attributes = { 'carillon.write': write.kind, 'carillon.batch.writes': writes.length };
        const own = traces.note({ name: 'commit', kind: 'internal', parent, attributes }, beganAt);
        if (own === null) continue;
        for (const id of changedBy(committed.outcomes[index])) ofNotification.set(id, own);
      }
      return committed;
    },
  };
}

/** The notifications that a write has changed, as far as its outcome names them. */
function changedBy(outcome: Outcome | undefined): readonly string[] {
  if (!outcome || 'refused' in outcome) return [];
  if ('notification' in outcome) return [outcome.notification.id];
  return 'changed' in outcome ? outcome.changed.map(({ id }) => id) : [];
}

function traceChannel({ descriptor, channel }: OpenChannel, { traces, ofNotification }: Kept): OpenChannel {
  const name = `push ${descriptor.type}`;
  return {
    descriptor,
    channel: {
      describe: (push) => channel.describe(push),
      check: (app) => channel.check(app),
      close: () => channel.close(),
      send(push) {
        const parent = push.notification === null ? undefined : ofNotification.get(push.notification.id);
        if (parent === undefined) return channel.send(push);
        const attributes = { 'carillon.channel': descriptor.type, 'carillon.kind': push.kind };
        return traces.run({ name, kind: 'client', parent, attributes }, async (say) => {
          const outcome = await channel.send(push);
          const { verdict, status, reason } = outcome;
          say({ 'carillon.verdict': verdict, 'carillon.reason': reason ?? '' });
          if (status !== null) say({ 'http.response.status_code': status });
          return outcome;
        });
      },
    },
  };
}

/** Providers get the traceparent only where the operator says so: it tells them which pushes belong together. */
function traceTransport(transport: PushTransport, traces: Traces): PushTransport {
  return {
    request(request) {
      const traceparent = traces.current();
      if (traceparent === null) return transport.request(request);
      return transport.request({ ...request, headers: { ...request.headers, traceparent } });
    },
    close: () => transport.close(),
  };
}
