// From the answer to a question on one device until another one, whose inbox is open, asks it no more.
import { buildPage } from '../../../packages/web/build.ts';
import { askRequest, respondRequest } from '../../load/question-requests.ts';
import { openConnection } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import { startHub } from '../../setup/child-process.ts';
import {
  addReader,
  goneAt,
  offeredAt,
  openBrowser,
  openInbox,
  tokenOfReader,
} from '../../setup/inbox-browsers.ts';
import { apps, makeDataDir } from '../../setup/world.ts';

const warmUps = 5;
const measured = 50;
/** Of the question. */
const choice = 'Deploy';

export const inboxAnswers: Benchmark = {
  name: 'inbox-answers',
  about:
    `Debian's Chromium, headless, with the inbox open, at a hub of this machine. ${measured} questions, one after another, ` +
    'are answered by another device of the user once the page shows them, each timed from writing the answer to the frame ' +
    `that shows its choices no more; ${warmUps} before them are not counted. The spread is that of the answers.`,
  async run() {
    await buildPage({ always: false });
    const dataDir = makeDataDir();
    const subject = await addReader(dataDir);
    const reader = { app: apps[0], subject, name: '', token: await tokenOfReader(dataDir) };
    const hub = await startHub({ dataDir });
    const browser = await openBrowser(hub.port);
    const page = await openInbox(browser);
    const device = openConnection(hub.port);
    const times: number[] = [];
    for (let asked = 0; asked < warmUps + measured; asked++) {
      const { id } = JSON.parse((await device.ask(askRequest(reader), 201)).toString()) as { id: string };
      await offeredAt(page, choice);
      const gone = goneAt(page, choice);
      const startedAt = performance.timeOrigin + performance.now();
      await device.ask(respondRequest(reader, id), 200);
      const ms = (await gone) - startedAt;
      if (asked >= warmUps) times.push(ms);
    }
    device.close();
    await browser.close();
    await hub.stop();
    const what = "answer → gone from another device's open inbox";
    const ms = { digits: 1, unit: 'ms' };
    return [
      figure({ what: `${what}, p50`, runs: times, ...ms, atMost: 100 }),
      figure({ what: `${what}, p99`, runs: [quantile(times, 0.99)], ...ms }),
    ];
  },
};
