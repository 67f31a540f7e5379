// A stage and a person's hands on it: keys, the clock, and what a person sees of rows and focus.
//   const hands = openHands();
//   await hands.press('ArrowDown');
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { type OpenStage, openStage, settled } from './open-stage.ts';
import type { StageOptions } from './stage.ts';

export interface Hands {
  readonly page: Page;
  show(options?: Partial<StageOptions>): Promise<void>;
  /** Keys, one after the other. */
  press(...keys: string[]): Promise<void>;
  /** Lets the component's clock run. */
  pass(ms: number): Promise<void>;
  /** What reached the hub. */
  sent(): Promise<readonly string[]>;
  rowIds(): Promise<(string | undefined)[]>;
  /** What has the focus: a row by its id, else its label or words. */
  focused(): Promise<string>;
}

/** One for a test file. */
export function openHands(): Hands {
  let stage: OpenStage;
  before(async () => {
    stage = await openStage({ height: 800 });
  });
  after(() => stage[Symbol.asyncDispose]());
  return {
    get page() {
      return stage.page;
    },
    show: (options = {}) => stage.show({ feed: 'list', ...options }),
    async press(...keys) {
      for (const key of keys) {
        await stage.page.keyboard.press(key);
        await settled(stage.page);
      }
    },
    async pass(ms) {
      await stage.page.evaluate((given) => globalThis.stage.clock.pass(given), ms);
      await settled(stage.page);
    },
    sent: () => stage.page.evaluate(() => globalThis.stage.feed.sent),
    rowIds: () =>
      stage.page.evaluate(() =>
        [...globalThis.stage.element.shadowRoot!.querySelectorAll<HTMLElement>('.row')].map(
          (row) => row.dataset.row,
        ),
      ),
    focused: () =>
      stage.page.evaluate(() => {
        const element = globalThis.stage.element.shadowRoot!.activeElement;
        if (!element) return document.activeElement?.localName ?? 'nothing';
        const row = element.closest<HTMLElement>('.row')?.dataset.row;
        if (element.matches('.open')) return row ?? '';
        return element.getAttribute('aria-label') ?? element.textContent.trim().split('\n')[0] ?? '';
      }),
  };
}
