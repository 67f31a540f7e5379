// A page of a real Chromium with the stage on it: bundled once a process, opened as often as wanted.
//   await using stage = await openStage({ width: 360 });
//   await stage.show({ feed: 'list' });

import { startChromium } from '@carillon/testing/machine/chromium.ts';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { StageOptions } from './stage.ts';

export interface OpenStage extends AsyncDisposable {
  readonly page: Page;
  /** Shows the component anew; a panel on a bell is opened. */
  show(options: StageOptions): Promise<void>;
}

interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly hasTouch?: boolean;
  readonly scale?: number;
  readonly locale?: string;
}

const page = `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Stage</title><style>
  body { margin: 0; background: light-dark(#f4f5f7, #0e0f12); color: light-dark(#222, #ddd); font: 14px/1.5 system-ui, sans-serif }
  header { display: flex; align-items: center; justify-content: flex-end; gap: 8px; min-height: 52px; padding: 0 16px;
    background: light-dark(#fff, #18191d); border-bottom: 1px solid light-dark(#e6e8ec, #2d3037) }
  carillon-inbox { --carillon-font: 'Liberation Sans', system-ui, sans-serif }
  header:not(:has(carillon-inbox)) { display: none }
  main { max-width: 720px; height: 100vh; margin: 0 auto }
  main:not(:has(carillon-inbox)) { display: none }
  </style></head><body><header></header><main></main></body></html>`;

/** A picture of two colours that its address decides. */
function drawn(url: string): string {
  const hue = [...url].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) % 360, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400"><rect width="800" height="400" fill="hsl(${hue} 55% 72%)"/><circle cx="400" cy="430" r="210" fill="hsl(${(hue + 40) % 360} 60% 50%)"/></svg>`;
}

let bundled: Promise<string> | null = null;

export async function openStage({
  width = 1440,
  height = 900,
  hasTouch = false,
  scale = 1,
  locale = 'en-US',
}: PageOptions = {}): Promise<OpenStage> {
  bundled ??= bundle();
  const chromium = await startChromium();
  const viewport = { width, height };
  const profile = await chromium.openProfile({
    viewport,
    hasTouch,
    isMobile: hasTouch,
    deviceScaleFactor: scale,
    locale,
  });
  await profile.route('https://pictures.example/**', (route) =>
    route.request().url().endsWith('/missing.png')
      ? route.fulfill({ status: 404 })
      : route.fulfill({ contentType: 'image/svg+xml', body: drawn(route.request().url()) }),
  );
  const opened = await profile.newPage();
  const failures: Error[] = [];
  opened.on('pageerror', (error) => failures.push(error));
  await opened.setContent(page);
  await opened.addScriptTag({ content: await bundled, type: 'module' });
  await opened.waitForFunction(() => 'stage' in globalThis);
  return {
    page: opened,
    async show(options) {
      await opened.evaluate((given) => stage.show(given), options);
      if (!options.inline) await opened.click('.bell');
      await settled(opened);
      if (failures.length > 0) throw new AggregateError(failures, 'the page failed');
    },
    [Symbol.asyncDispose]: () => chromium[Symbol.asyncDispose](),
  };
}

/** After what was asked for is rendered, measured and painted. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let frames = 0; frames < 3; frames++) await frame();
    await stage.element.updateComplete;
    for (const each of [...document.getAnimations(), ...stage.element.shadowRoot!.getAnimations()]) {
      if (each.effect?.getTiming().iterations === 1) each.finish();
    }
    await frame();
  });
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL('stage.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
  });
  return outputFiles[0]?.text ?? '';
}
