// Debian's Firefox ESR, headless, driven by playwright-core over WebDriver BiDi: the same pages and locators as Chromium's.
//   await using firefox = await startFirefox();
//   const profile = await firefox.openProfile();
// The browser is started by relay.ts, which stands between the two for commands that this Firefox lacks.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firefox } from 'playwright-core';
import { tempFolder } from '../../hub/identity.ts';
import type { TestBrowser } from '../chromium.ts';
import { needs, programOf } from '../needs.ts';

export type Preferences = Readonly<Record<string, string | number | boolean>>;

/** Beside what Firefox sets by itself when it is driven: nothing but the test talks to the network. */
const quiet: Preferences = {
  'dom.push.connection.enabled': false,
  // A mouse, which headless Firefox does not find.
  'ui.primaryPointerCapabilities': 6,
  'ui.allPointerCapabilities': 6,
};

/** `preferences` are those of about:config. */
export async function startFirefox(preferences: Preferences = {}): Promise<TestBrowser> {
  const folder = tempFolder();
  const lines = Object.entries({ ...quiet, ...preferences }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(folder.path, 'user.js'), lines.join(''));
  const relay = join(import.meta.dirname, 'relay.ts');
  const browser = await firefox.launch({
    channel: 'moz-firefox',
    executablePath: process.execPath,
    ignoreDefaultArgs: true,
    args: [relay, programOf(needs.firefox), folder.path],
  });
  return {
    browser,
    async openProfile({ notificationsFor, ...options } = {}) {
      const profile = await browser.newContext(options);
      if (notificationsFor) await profile.grantPermissions(['notifications'], { origin: notificationsFor });
      return profile;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      folder.remove();
    },
  };
}
