// Builds the console into dist/. It shares the words and the look of the inbox page, and its way of signing in, and no file of
// that page is loaded with it.
import { build } from 'vite';
import { type BuildOptions, type BuiltPage, buildInto, pageConfig } from '../../tools/pack/built-page.ts';

const folder = import.meta.dirname;

const page: BuiltPage = {
  folder,
  sources: [
    'package-lock.json',
    'tools/pack/built-page.ts',
    'packages/console/{index.html,build.ts,package.json}',
    'packages/console/{src,public}/**',
    'packages/web/src/{page.css,parts,sign-in}/**',
    'packages/{protocol,words}/{package.json,src/**}',
  ],
  make: async (building) => void (await build(pageConfig(folder, 'console', building))),
};

/** Answers whether there was something to do. */
export function buildConsole(options: BuildOptions): Promise<boolean> {
  return buildInto(page, options);
}
