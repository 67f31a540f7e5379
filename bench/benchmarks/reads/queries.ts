// What filters cost: a page of unread ones against the unfiltered page in a feed of a hundred thousand, and the dearest filter that
// is served, with what it costs the others.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runOpenLoop } from '../../load/open-loop.ts';
import { createsFor, getRequest } from '../../load/requests.ts';
import { openConnection } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { median, quantile } from '../../measure/statistics.ts';
import { startHub } from '../../setup/child-process.ts';
import { fillFeeds } from '../../setup/fill-feeds.ts';
import { type BenchUser, makeDataDir, removeDataDir, users } from '../../setup/world.ts';

const largeFeed = 100_000;
/** All of it is read by a filter without an index, and no more may be. */
const wholeFeed = 5000;
const storedCount = 1_000_000;
const unreadCount = 50;
const askerCount = 20;
const rounds = 7;
const pages = 100;
const perSecond = 200;
const feed = '/v1.0/me/notifications';

const unread = `${feed}?$filter=readState+eq+'unread'`;
/** 64 comparisons of what is in the content, none of which is true. */
const dearest = `${feed}?$filter=${Array.from({ length: 64 }, (_, index) => `groupName+gt+'z${index}'`).join('+or+')}`;

export const queries: Benchmark = {
  name: 'queries',
  about:
    `One user has ${largeFeed} notifications, of which the ${unreadCount} oldest are unread: the page of unread ones against the ` +
    `unfiltered page, one connection, ${pages} of each in turn, ${rounds} rounds. Of ${storedCount} in all, others have ${wholeFeed} each: ` +
    `a filter of 64 comparisons of the content that reads all of them, asked by one after another, while creates of the others come at ${perSecond} a second.`,
  async run() {
    const people = users((storedCount - largeFeed) / wholeFeed + 1);
    const [reader, ...others] = people as [BenchUser, ...BenchUser[]];
    // A feed that grows is no longer served.
    const [askers, posters] = [others.slice(0, askerCount), others.slice(askerCount)];
    const dataDir = makeDataDir();
    fill(join(dataDir, 'feed.db'), reader, others);
    const hub = await startHub({ dataDir });
    const connection = openConnection(hub.port);
    const time = async (user: BenchUser, target: string): Promise<number> => {
      const startedAt = performance.now();
      await connection.ask(getRequest(user, target), 200);
      return performance.now() - startedAt;
    };
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) ratios.push(await ratioOf(reader, time));
    const alone: number[] = [];
    for (let turn = 0; turn < rounds * 5; turn++)
      alone.push(await time(askers[turn % askerCount] as BenchUser, dearest));
    const waits: number[] = [];
    let isOver = false;
    const beside = (async () => {
      for (let turn = 0; !isOver; turn = (turn + 1) % askerCount)
        await time(askers[turn % askerCount] as BenchUser, dearest);
    })();
    const next = createsFor(posters);
    const startedAt: number[] = [];
    await runOpenLoop({
      ...{ port: hub.port, perSecond, count: perSecond * 10, connections: 32, expected: 201 },
      request: (index, at) => {
        startedAt[index] = at;
        return next();
      },
      onAnswer: (index) => void waits.push(performance.now() - (startedAt[index] ?? 0)),
    });
    isOver = true;
    await beside;
    connection.close();
    await hub.stop();
    removeDataDir(dataDir);
    const ms = { digits: 1, unit: 'ms' };
    return [
      figure({ what: `unread of ${largeFeed} against unfiltered`, runs: ratios, digits: 2, atMost: 1.5 }),
      figure({ what: `the dearest filter of ${storedCount} stored`, runs: alone, ...ms, atMost: 50 }),
      figure({
        what: 'p99 of creates of others beside it',
        runs: [quantile(waits, 0.99)],
        ...ms,
        atMost: 25,
      }),
    ];
  },
};

function fill(path: string, reader: BenchUser, others: readonly BenchUser[]): void {
  fillFeeds(path, [reader], largeFeed);
  const db = new DatabaseSync(path);
  db.exec(`UPDATE notification SET state = 1, fresh = 0 WHERE seq > ${unreadCount};
    UPDATE feed_app SET unread = ${unreadCount}`);
  db.close();
  fillFeeds(path, others, storedCount - largeFeed);
}

async function ratioOf(
  user: BenchUser,
  time: (user: BenchUser, target: string) => Promise<number>,
): Promise<number> {
  const [filtered, plain]: [number[], number[]] = [[], []];
  for (let page = 0; page < pages; page++) {
    filtered.push(await time(user, unread));
    plain.push(await time(user, feed));
  }
  return median(filtered) / median(plain);
}
