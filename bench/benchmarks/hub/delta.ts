// A device that was away for long: ten thousand changes, read in pages of a hundred.
import { createRequest, getRequest, nextName } from '../../load/requests.ts';
import { openConnection, sendAll } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import { type BenchUser, makeDataDir, publicUrl, users } from '../../setup/world.ts';

const changes = 10_000;
const pageSize = 100;
const runs = 7;

interface Page {
  readonly value: readonly unknown[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

export const delta: Benchmark = {
  name: 'delta',
  about:
    `One user's ${changes} changes since a cursor, page after page of ${pageSize} over one connection, each parsed by ` +
    `the generator; ${runs} times.`,
  async run() {
    const hub = await startHub({ dataDir: makeDataDir() });
    const [user] = users(1) as [BenchUser];
    const connection = openConnection(hub.port);
    const read = async (target: string): Promise<Page> =>
      JSON.parse((await connection.ask(getRequest(user, target), 200)).toString()) as Page;
    const { '@odata.deltaLink': start = '' } = await read('/beta/me/notifications/delta?$deltatoken=latest');
    const posts = Array.from({ length: changes }, () => createRequest(user, nextName()));
    await sendAll(hub.port, posts, 201);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const startedAt = performance.now();
      const found = await catchUp(read, start);
      times.push((performance.now() - startedAt) / 1000);
      if (found !== changes) throw new Error(`the delta had ${found} changes instead of ${changes}`);
    }
    connection.close();
    await hub.stop();
    return [
      figure({ what: `catch-up of ${changes} changes`, runs: times, digits: 2, unit: 's', atMost: 1.5 }),
    ];
  },
};

async function catchUp(read: (target: string) => Promise<Page>, start: string): Promise<number> {
  let found = 0;
  let link: string | undefined = start;
  while (link !== undefined) {
    const page: Page = await read(link.slice(publicUrl.length));
    found += page.value.length;
    link = page['@odata.nextLink'];
  }
  return found;
}
