// Measures in a real Chromium how soon 10 000 notifications are shown and how smoothly they scroll, and prints one JSON
// object a run. The benchmark `inbox-scroll` runs it as a process of its own:
//   node packages/inbox/test/measure-scroll.ts RUNS FRAMES PIXELS
import { openStage } from './support/open-stage.ts';

const [runs = 5, frames = 180, pixelsAFrame = 90] = process.argv.slice(2).map(Number);

/** In the page. */
async function renderAll(): Promise<number> {
  const { element, makeFeed } = globalThis.stage;
  const feed = makeFeed('many');
  const begin = performance.now();
  element.feed = feed;
  while (!(await element.updateComplete));
  element.shadowRoot?.querySelector('.row')?.getBoundingClientRect();
  return performance.now() - begin;
}

/** In the page: what passes between two frames, and what of it is the component's own work. */
async function scrollOn(given: {
  frames: number;
  pixelsAFrame: number;
}): Promise<{ between: number[]; within: number[] }> {
  const { element } = globalThis.stage;
  const scroller = element.shadowRoot?.querySelector('.scroller');
  const between: number[] = [];
  const within: number[] = [];
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  let last = await frame();
  for (let count = 0; count < given.frames; count++) {
    if (scroller) scroller.scrollTop += given.pixelsAFrame;
    const begin = performance.now();
    scroller?.dispatchEvent(new Event('scroll'));
    await element.updateComplete;
    scroller?.getBoundingClientRect();
    within.push(performance.now() - begin);
    const now = await frame();
    between.push(now - last);
    last = now;
  }
  return { between, within };
}

await using stage = await openStage();
await stage.show({ feed: 'list', inline: true });
for (let run = 0; run < runs; run++) {
  await stage.show({ feed: 'empty', inline: true });
  const renderMs = await stage.page.evaluate(renderAll);
  const scrolled = await stage.page.evaluate(scrollOn, { frames, pixelsAFrame });
  process.stdout.write(`${JSON.stringify({ renderMs, ...scrolled })}\n`);
}
