// The nodes of the hub: the one that answers, and those that it heard of over the bus. One that went silent stays listed for
// an hour, so that an operator sees which one is gone.
import { nodeSchema } from '@carillon/protocol/schemas';
import type { ListedNode } from '../../live/nodes.ts';
import { formatDateTime } from '../../model/date-time.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const listNodes = operation({
  name: 'listNodes',
  method: 'GET',
  paths: ['/admin/nodes'],
  access: 'operatorRead',
  summary:
    'list the nodes of the hub, the one that answers first: what each says of itself, or since when it is silent',
  answer: collection('nodes', nodeSchema, { context: null }),
  async run(_call, { nodes }) {
    return { outcome: 'ok', body: { value: (await nodes.list()).map(show) } };
  },
});

function show({ startedAt, heardAt, isOwn, createsPerSecond, eventLoopLagSeconds, ...node }: ListedNode) {
  return {
    id: node.id,
    isAnswering: isOwn,
    state: node.state,
    version: node.version,
    startedDateTime: formatDateTime(startedAt),
    lastHeardDateTime: formatDateTime(heardAt),
    streams: node.streams,
    createsPerSecond: Math.round(createsPerSecond * 100) / 100,
    eventLoopLagSeconds: Math.round(eventLoopLagSeconds * 10_000) / 10_000,
    isStoreUp: node.isStoreUp,
    isBusUp: node.isBusUp,
  };
}
