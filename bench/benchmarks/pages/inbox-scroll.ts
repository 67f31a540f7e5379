// How soon the inbox component shows 10 000 notifications, and how smoothly they scroll, in a real Chromium. The pages'
// side is a script of the component's package, run as a process of its own: it needs the types of a browser.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';

interface Run {
  readonly renderMs: number;
  /** Milliseconds between two frames. */
  readonly between: readonly number[];
  /** Milliseconds of script, style and layout for one step. */
  readonly within: readonly number[];
}

const runs = 5;
const frames = 180;
const pixelsAFrame = 90;
const script = new URL('../../../packages/inbox/test/measure-scroll.ts', import.meta.url).pathname;

export const inboxScroll: Benchmark = {
  name: 'inbox-scroll',
  about:
    '`<carillon-inbox inline>` at 1440 by 900 pixels in headless Chromium without a GPU, fed with 10000 notifications. The render ' +
    'runs from setting the feed to the end of layout, in a page that has shown the component before; then ' +
    `${frames} frames scroll by ${pixelsAFrame} pixels each. ${runs} times; the 95th percentile is that of each run.`,
  async run() {
    const args = [script, String(runs), String(frames), String(pixelsAFrame)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const measured = stdout
      .trim()
      .split('\n')
      .map((line): Run => JSON.parse(line));
    const p95 = (of: (run: Run) => readonly number[]): number[] =>
      measured.map((run) => quantile(of(run), 0.95));
    return [
      figure({
        what: 'initial render of 10000',
        runs: measured.map((run) => run.renderMs),
        digits: 1,
        unit: 'ms',
        atMost: 100,
      }),
      figure({
        what: 'frame while scrolling, p95',
        runs: p95((run) => run.between),
        digits: 1,
        unit: 'ms',
        atMost: 32,
      }),
      figure({
        what: 'script and layout of a frame, p95',
        runs: p95((run) => run.within),
        digits: 1,
        unit: 'ms',
      }),
    ];
  },
};
