// Builds the reference of the API, which the hub serves at /docs/reference, into dist/ beside this file.
import { build } from 'vite';
import { type BuildOptions, type BuiltPage, buildInto, pageConfig } from '../../../tools/pack/built-page.ts';

const folder = import.meta.dirname;

const page: BuiltPage = {
  folder,
  sources: ['package-lock.json', 'tools/pack/built-page.ts', 'packages/web/reference/*.{html,css,ts}'],
  async make(building) {
    const config = pageConfig(folder, 'reference', building);
    // The viewer is one file of its maker.
    await build({ ...config, build: { ...config.build, chunkSizeWarningLimit: 1024 } });
  },
};

/** Answers whether there was something to do. */
export function buildReference(options: BuildOptions): Promise<boolean> {
  return buildInto(page, options);
}
