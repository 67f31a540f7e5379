// /console/start as a developer goes it: register an app, prove its host name, copy a snippet, run it, and see it arrive. What is
// run is what the copy button put into the clipboard, by curl, Node and Python themselves.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { consoleTexts as en } from '@carillon/words/console/en';
import type { Locator, Page } from 'playwright-core';
import { axeFindings } from './support/axe.ts';
import { openConsole } from './support/operator.ts';

const run = promisify(execFile);
const folder = tempFolder();
after(() => folder.remove());

const { hub, publicUrl, operator } = await openConsole({
  // The name is the test's own, so that nothing in the world can prove it.
  hostVerifier: {
    check: async () => {},
    verify: async () => ({ by: 'dns', dns: 'found', wellKnown: 'not looked for' }),
  },
});

const programs: Readonly<Record<string, readonly [string, string]>> = {
  curl: ['bash', 'post.sh'],
  TypeScript: [process.execPath, 'post.ts'],
  Python: ['python3', 'post.py'],
};

/** What its copy button puts into the clipboard. */
async function copied(page: Page, code: Locator): Promise<string> {
  await code.getByRole('button', { name: en.copy }).click();
  await page.getByText(en.copied).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(text, await code.locator('pre').textContent());
  return text;
}

suite('get started', () => {
  for (const [index, [name, [program, file]]] of Object.entries(programs).entries()) {
    test(`the ${name} snippet, as it is copied, posts what the page sees arrive`, async () => {
      const { page, profile, signIn, complaints } = await operator();
      await profile.grantPermissions(['clipboard-read', 'clipboard-write']);
      await signIn('olga', '#start');
      const app = `first-${index}`;
      await page.getByLabel(en.appId).fill(app);
      await page.getByLabel(en.hostName).fill(`${app}.example`);
      await page.getByRole('button', { name: en.registerApp }).click();
      await page.getByText('carillon-verification').first().waitFor();
      assert.equal(
        await page.getByText(en.tokenText).count(),
        0,
        'nothing is sent before the host is proven',
      );
      await page.getByRole('button', { name: en.verify }).click();
      await page.getByText(`carillon token --app ${app} --user olga@contoso.example`).waitFor();
      await page.getByRole('button', { name }).click();
      const snippet = await copied(page, page.locator('.code').nth(1));
      assert.ok(snippet.includes(`${publicUrl}/v1.0/me/notifications`), snippet);
      assert.deepEqual(await axeFindings(page), []);

      const path = join(folder.path, file);
      writeFileSync(path, `${snippet}\n`);
      const TOKEN = hub.token({ user: 'alice', client: app });
      const { stdout } = await run(program, [path], { env: { ...process.env, TOKEN } });
      assert.match(stdout, /201|Hello/);
      await page.getByText(en.itArrived).waitFor();
      await page.getByRole('link', { name: 'iOS' }).waitFor();
      await page.getByRole('link', { name: en.seeTimeline }).click();
      await page.getByRole('heading', { level: 1, name: /^start-/ }).waitFor();
      assert.deepEqual(
        complaints.filter((each) => !/404/.test(each)),
        [],
      );
    });
  }
});
