import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newerCssIn } from '@carillon/testing/engines/newer-css.ts';
import { build } from 'esbuild';
import { inboxStyles } from '../src/styles/inbox-styles.ts';

test('the component with Lit and five languages has at most 40 KiB of compressed script', async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('../src/index.ts', import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  const bytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  assert.ok(bytes <= 40 * 1024, `${bytes} bytes`);
});

test('is imported where there is no document, and then defines nothing', () => {
  const entry = new URL('../src/index.ts', import.meta.url).href;
  const script = `
    const inbox = await import(${JSON.stringify(entry)});
    inbox.defineInbox();
    console.log(typeof inbox.CarillonInbox, globalThis.customElements?.get('carillon-inbox') === undefined);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), 'function true', stderr);
});

test('what the oldest browsers do not read stands only where the browser says that it reads it', () => {
  const css = inboxStyles.map(({ cssText }) => cssText).join('\n');
  assert.ok(css.split('@supports').length > 4);
  assert.deepEqual(newerCssIn(css), []);
  for (const name of ['accent', 'surface', 'text', 'shadow']) assert.match(css, new RegExp(`--${name}: var`));
});
