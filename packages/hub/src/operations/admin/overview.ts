// The numbers of the node that answers, for charts: its last hour in points of 15 seconds, how long commits and the way to a
// provider took, and what waits now. They come from what /metrics counts.
import { overviewSchema } from '@carillon/protocol/schemas';
import { formatDateTime } from '../../model/date-time.ts';
import { pointMs } from '../../telemetry/metrics/last-hour.ts';
import { plain } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const getOverview = operation({
  name: 'getOverview',
  method: 'GET',
  paths: ['/admin/overview'],
  access: 'operatorRead',
  summary:
    'read the last hour of the node that answers: creates, streams, deliveries by channel and verdict, latencies, what waits',
  answer: plain(overviewSchema),
  async run(_call, { lastHour, node }) {
    const points = lastHour
      .points()
      .map(({ at, ...counts }) => ({ endDateTime: formatDateTime(at), ...counts }));
    const body = {
      node: { version: node.version, startedDateTime: formatDateTime(node.startedAt) },
      pointSeconds: pointMs / 1000,
      now: lastHour.depths(),
      commitSeconds: lastHour.percentiles('carillon_commit_seconds'),
      createToAcceptedSeconds: lastHour.percentiles('carillon_create_to_accepted_seconds'),
      points,
    };
    return { outcome: 'ok', body };
  },
});
