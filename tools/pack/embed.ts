// The inbox as one file for a page without a bundler: `embed.js`, a classic script with the global `Carillon`, and `embed.mjs`,
// a module with the same export. The package has them, and so does the built page, which the hub serves at /inbox: the same
// bytes, so that one integrity holds for both.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..', '..');
/** The oldest engines that the inbox supports. */
const target = ['safari16.4', 'chrome105', 'firefox115'];

export const embedNames = ['embed.js', 'embed.mjs'] as const;

export interface EmbedFile {
  readonly name: (typeof embedNames)[number];
  readonly text: string;
  /** As in the `integrity` of a script (W3C Subresource Integrity). */
  readonly integrity: string;
}

export function buildEmbed(): Promise<EmbedFile[]> {
  return Promise.all(embedNames.map(buildOne));
}

async function buildOne(name: EmbedFile['name']): Promise<EmbedFile> {
  const format = name === 'embed.js' ? 'iife' : 'esm';
  const { outputFiles } = await build({
    entryPoints: [join(root, 'packages/inbox/src/page-script.ts')],
    ...{
      bundle: true,
      minify: true,
      write: false,
      platform: 'browser',
      target,
      format,
      globalName: 'Carillon',
    },
  });
  const text = outputFiles[0]?.text ?? '';
  return { name, text, integrity: `sha384-${createHash('sha384').update(text).digest('base64')}` };
}
