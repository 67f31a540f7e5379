// Builds the inbox page into dist/: the page, then the service worker with the list of the page's files, then the inbox as one
// file for other pages.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import {
  type BuildOptions,
  type BuiltPage,
  buildInto,
  listFiles,
  pageConfig,
} from '../../tools/pack/built-page.ts';
import { buildEmbed } from '../../tools/pack/embed.ts';

const folder = import.meta.dirname;

const page: BuiltPage = {
  folder,
  sources: [
    'package-lock.json',
    'tools/pack/{built-page,embed}.ts',
    'packages/web/{index.html,build.ts,package.json}',
    'packages/web/{src,public}/**',
    'packages/{protocol,client,inbox,words}/{package.json,src/**}',
  ],
  async make(building) {
    await build(pageConfig(folder, 'inbox', building));
    await build(serviceWorker(building));
    // After the worker: what other pages load is no part of what this one keeps for when it is offline.
    for (const { name, text } of await buildEmbed()) writeFileSync(join(building, name), text);
  },
};

/** Answers whether there was something to do. */
export function buildPage(options: BuildOptions): Promise<boolean> {
  return buildInto(page, options);
}

function serviceWorker(building: string): InlineConfig {
  const files = listFiles(building);
  const version = createHash('sha256');
  for (const file of files) version.update(file).update(readFileSync(join(building, file)));
  const shell = {
    version: version.digest('hex').slice(0, 12),
    files: files.filter((file) => file !== 'index.html'),
  };
  return {
    ...{ configFile: false, root: folder, logLevel: 'warn', publicDir: false },
    define: { SHELL: JSON.stringify(shell) },
    build: {
      outDir: building,
      target: 'es2022',
      emptyOutDir: false,
      rollupOptions: {
        input: join(folder, 'src/service-worker/service-worker.ts'),
        output: { format: 'iife', entryFileNames: 'service-worker.js' },
      },
    },
  };
}
