// The numbers of the node that answers, for charts: its last hour in points of 15 seconds, how long commits and the way to a
// provider took minute by minute, what waits now, and what providers say of credentials. They come from what /metrics counts.

import { operatorLimits } from '@carillon/protocol';
import { overviewSchema } from '@carillon/protocol/schemas';
import { formatDateTime } from '../../model/date-time.ts';
import { readCredentialFault } from '../../push/dispatch/credential-faults.ts';
import { pointMs } from '../../telemetry/metrics/last-hour.ts';
import { plain } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';
import { operation } from '../kernel/operation.ts';

export const getOverview = operation({
  name: 'getOverview',
  method: 'GET',
  paths: ['/admin/overview'],
  access: 'operatorRead',
  summary:
    'read the last hour of the node that answers: creates, streams, deliveries by channel and verdict, latencies by the minute, event-loop lag; what waits in each channel, and which credentials fail',
  answer: plain(overviewSchema),
  async run(_call, services) {
    const { lastHour, node } = services;
    const points = lastHour
      .points()
      .map(({ at, ...counts }) => ({ endDateTime: formatDateTime(at), ...counts }));
    const body = {
      node: { version: node.version, startedDateTime: formatDateTime(node.startedAt) },
      pointSeconds: pointMs / 1000,
      now: lastHour.depths(),
      commitSeconds: lastHour.percentiles('carillon_commit_seconds'),
      createToAcceptedSeconds: lastHour.percentiles('carillon_create_to_accepted_seconds'),
      latencies: lastHour
        .latencies()
        .map(({ at, ...each }) => ({ endDateTime: formatDateTime(at), ...each })),
      backlogByChannel: await readBacklog(services),
      credentials: await readCredentials(services),
      points,
    };
    return { outcome: 'ok', body };
  },
});

/** Of lanes that have something due, as far as they are counted: what is claimed in memory is not. */
async function readBacklog({ read, descriptors, clock }: Services) {
  const routes = (await read.dueRoutes(clock.now())).slice(0, operatorLimits.healthOf);
  const counts = await Promise.all(
    routes.map(async (route) => ({
      channel: route.channel,
      waiting: await read.waitingDeliveries(route, operatorLimits.causesOf),
    })),
  );
  return descriptors.map(({ type: channel, code }) => {
    const own = counts.filter((each) => each.channel === code);
    return { channel, waitingCount: own.reduce((sum, { waiting }) => sum + waiting, 0) };
  });
}

/** Those that fail first. */
async function readCredentials({ registry, descriptors, clock }: Services) {
  const now = clock.now();
  const all = registry.apps
    .list()
    .flatMap(({ id: app }) => registry.credentials.list(app).map((each) => ({ app, ...each })))
    .slice(0, operatorLimits.healthOf);
  const shown = await Promise.all(
    all.map(async ({ app, kind, setAt }) => {
      const fault = await readCredentialFault(registry.meta, { app, channel: kind, since: setAt, now });
      const rules = descriptors.find(({ type }) => type === kind)?.credentials;
      return {
        ...{ appId: app, channel: kind, setDateTime: formatDateTime(setAt), expiry: rules?.expiry ?? null },
        failingSinceDateTime: fault && formatDateTime(fault.since ?? fault.at),
        lastRefusal: fault && { dateTime: formatDateTime(fault.at), reason: fault.reason },
      };
    }),
  );
  return shown.sort((one, other) => Number(other.lastRefusal !== null) - Number(one.lastRefusal !== null));
}
