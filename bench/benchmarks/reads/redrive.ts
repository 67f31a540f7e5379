// A redrive of what failed in a large hub, while others post: how long a hundred thousand take, what it costs those who post, and
// how soon a redrive ends that is cancelled.
import { getRequest, postRequest } from '../../load/requests.ts';
import { openConnection } from '../../load/send-all.ts';
import { type Figure, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import type { Child } from '../../setup/child-process.ts';
import { operatorToken } from '../../setup/world.ts';

export const redriven = 100_000;
const path = '/admin/deliveries/redrives';
const goalMs = 100;
const ms = { digits: 1, unit: 'ms' } as const;

interface Job {
  readonly id: string;
  readonly state: string;
  readonly redrivenCount: number;
}

/** How long each create took while `turn` was done again and again, until that answers false. */
export type PostWhile = (turn: () => Promise<boolean>) => Promise<number[]>;

export async function measureRedrive(hub: Child, store: string, postWhile: PostWhile): Promise<Figure[]> {
  const connection = openConnection(hub.port);
  const operator = { token: operatorToken() };
  const read = async (id: string): Promise<Job> =>
    JSON.parse((await connection.ask(getRequest(operator, `${path}/${id}`), 200)).toString());
  const begin = async (): Promise<Job> =>
    JSON.parse((await connection.ask(postRequest(operator, path, {}), 201)).toString());
  const startedAt = performance.now();
  const job = await begin();
  const seen = new Set<number>();
  let latest = job;
  let endedAt = startedAt;
  const took = await postWhile(async () => {
    latest = await read(job.id);
    seen.add(latest.redrivenCount);
    endedAt = performance.now();
    return latest.redrivenCount < redriven && ['counting', 'running'].includes(latest.state);
  });
  const cancelledAt = performance.now();
  await connection.ask(postRequest(operator, `${path}/${job.id}/cancel`, {}), 200);
  for (latest = await read(job.id); latest.state === 'running'; latest = await read(job.id));
  const cancelMs = performance.now() - cancelledAt;
  connection.close();
  const counts = { store, count: latest.redrivenCount };
  console.log(
    `  redrive, ${counts.store}: ${latest.state} after ${counts.count}, progress seen ${seen.size} times`,
  );
  return [
    figure({
      what: `redrive of ${redriven}, ${store}`,
      runs: [(endedAt - startedAt) / 1000],
      digits: 1,
      unit: 's',
    }),
    figure({ what: `steps of its progress that were seen, ${store}`, runs: [seen.size] }),
    figure({
      what: `p99 of creates beside it, ${store}`,
      runs: [quantile(took, 0.99)],
      ...ms,
      atMost: goalMs,
    }),
    figure({ what: `cancelled → ended, ${store}`, runs: [cancelMs], ...ms }),
  ];
}
