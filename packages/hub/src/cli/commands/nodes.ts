// `carillon nodes`: the processes that serve this data, as one of them sees them. Without one that serves there is none.
// It asks with a token that only reads.
import { Command } from 'commander';
import { mintToken } from '../../auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../lib/clock.ts';
import { askHub, readAnswer } from '../call-hub.ts';
import { type DataOptions, printJson, servingUrl, withDataOptions, withRegistry } from '../data-dir.ts';

interface Node {
  readonly id: string;
  readonly isAnswering: boolean;
  readonly state: string;
  readonly version: string;
  readonly startedDateTime: string;
  readonly lastHeardDateTime: string;
  readonly streams: number;
  readonly createsPerSecond: number;
  readonly eventLoopLagSeconds: number;
  readonly isStoreUp: boolean;
  readonly isBusUp: boolean | null;
}

export function nodesCommand(): Command {
  return withDataOptions(
    new Command('nodes').description('list the nodes that serve this data, and how they do').action(list),
  );
}

async function list(options: DataOptions): Promise<void> {
  const value = await withRegistry(options, async (registry) => {
    const publicUrl = await servingUrl(options, registry);
    if (publicUrl === null) return [];
    const token = await mintToken({ registry, publicUrl, clock: systemClock, operatorRead: true });
    const answer = await askHub({ publicUrl, token }, 'GET', '/admin/nodes');
    return readAnswer<{ value: readonly Node[] }>(answer, 'value').value;
  });
  if (options.json) printJson({ value });
  else if (value.length === 0)
    process.stdout.write('no node serves this data; `carillon serve` starts one\n');
  else for (const node of value) process.stdout.write(`${lineOf(node)}\n`);
}

function lineOf(node: Node): string {
  const { id, state, version, streams, createsPerSecond, eventLoopLagSeconds } = node;
  const lag = `${Math.round(eventLoopLagSeconds * 1000)} ms late`;
  const counts = `${streams} streams, ${createsPerSecond} creates/s, ${lag}`;
  const faults = [...(node.isStoreUp ? [] : ['store away']), ...(node.isBusUp === false ? ['bus away'] : [])];
  const said = state === 'silent' ? `last heard ${node.lastHeardDateTime}` : [counts, ...faults].join(', ');
  return `${id}  ${state}  ${version}  since ${node.startedDateTime}  ${said}`;
}
