// Builds the site that the hub serves at /docs from the documents of the repository, into dist/ beside this file: Eleventy makes
// the pages, esbuild their style and script, MiniSearch the index of the search. Nothing of it needs another host.
/// <reference path="./untyped.d.ts" />
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Configuration, Eleventy } from '@11ty/eleventy';
import { build } from 'esbuild';
import { type BuildOptions, type BuiltPage, buildInto } from '../../../tools/pack/built-page.ts';
import { type Assets, dressed, frame } from './layout.ts';
import { type MarkdownOfPages, markdownOfPages } from './markdown.ts';
import { pages, type SitePage } from './pages.ts';
import { type Article, searchIndex } from './search-index.ts';

const folder = import.meta.dirname;
const root = resolve(folder, '..', '..', '..');

const site: BuiltPage = {
  folder,
  sources: [
    'package-lock.json',
    'tools/pack/built-page.ts',
    'packages/web/site/*.ts',
    'packages/web/site/page/*.*',
    'docs/images/*',
    ...pages.map(({ document }) => document),
  ],
  make,
};

/** Answers whether there was something to do. */
export function buildSite(options: BuildOptions): Promise<boolean> {
  return buildInto(site, options);
}

async function make(building: string): Promise<void> {
  const assets = join(building, 'assets');
  mkdirSync(assets, { recursive: true });
  const markdown = markdownOfPages();
  const [rendered, bundled] = await Promise.all([render(markdown, building), bundle(assets)]);
  const articles = pages.map((page) => articleOf(page, rendered));
  const index = searchIndex(articles);
  const hash = createHash('sha256').update(index).digest('hex').slice(0, 12);
  writeFileSync(join(assets, `search-${hash}.json`), index);
  for (const { path, name } of markdown.pictures.values())
    copyFileSync(join(root, path), join(building, name));
  for (const { page, title, html } of articles) {
    const file = join(building, `${page.address || 'index'}.html`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      frame({ page, title, html, assets: { ...bundled, search: `assets/search-${hash}.json` } }),
    );
  }
}

/** By the document, what Eleventy makes of its Markdown. */
async function render({ amend }: MarkdownOfPages, building: string): Promise<ReadonlyMap<string, string>> {
  const config = (configuration: Configuration): void => {
    // A build beside the repository's own rules: what git ignores has no meaning for it.
    configuration.setUseGitIgnore(false);
    configuration.amendLibrary('md', (md) => {
      md.set({ html: true, linkify: false });
      md.core.ruler.push('pages', (state: Parsed) => {
        const page = pages.find(({ document }) => document === state.env.document);
        if (page) amend(state.tokens, page);
      });
    });
    for (const { document } of pages) {
      const text = readFileSync(join(root, document), 'utf8').replace(/<!--[\s\S]*?-->\n?/g, '');
      configuration.addTemplate(`${document.replaceAll('/', '-')}`, text, {
        document,
        permalink: `/${document}`,
        // Braces in a document are its own.
        templateEngineOverride: 'md',
      });
    }
  };
  const input = relative(process.cwd(), join(folder, 'page')) || '.';
  const eleventy = new Eleventy(input, relative(process.cwd(), building), {
    ...{ quietMode: true, configPath: false, config },
  });
  const all = await eleventy.toJSON();
  return new Map(all.map(({ url, content }) => [url.slice(1), content]));
}

type Parsed = { readonly env: { readonly document?: string }; readonly tokens: never };

function articleOf(page: SitePage, rendered: ReadonlyMap<string, string>): Article {
  const html = rendered.get(page.document);
  if (html === undefined) throw new Error(`Eleventy made nothing of ${page.document}`);
  const [, title = page.name] = /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html) ?? [];
  return { page, title: title.replace(/<[^>]+>/g, ''), html: dressed(html) };
}

/** The style and the scripts, with the hashes of their content in their names. */
async function bundle(assets: string): Promise<Omit<Assets, 'search'>> {
  const { metafile } = await build({
    entryPoints: ['site.css', 'theme.ts', 'start.ts'].map((name) => join(folder, 'page', name)),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outdir: assets,
    absWorkingDir: root,
    ...{ bundle: true, splitting: true, minify: true, metafile: true, legalComments: 'none' },
    ...{ format: 'esm', target: ['es2022', 'chrome105', 'firefox115', 'safari16.4'], logLevel: 'error' },
  });
  const nameOf = (source: string): string => {
    const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
      entryPoint?.endsWith(`/page/${source}`),
    );
    if (!found) throw new Error(`esbuild made nothing of ${source}`);
    return `assets/${basename(found[0])}`;
  };
  return { style: nameOf('site.css'), theme: nameOf('theme.ts'), script: nameOf('start.ts') };
}
