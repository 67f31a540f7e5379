// Drawings and pictures of a page. A drawing (SVG) becomes part of the page, so that it has the page's colours in both themes; its
// own styles are for readers of the repository, and the page's policy allows none. Other pictures become files.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..', '..');

/** `alt` stands for the whole drawing. */
export function inlineDrawing(path: string, alt: string): string {
  const svg = readFileSync(join(root, path), 'utf8')
    .replace(/<\?xml[^>]*>|<!--[\s\S]*?-->|<style>[\s\S]*?<\/style>|<title>[\s\S]*?<\/title>/g, '')
    .replace(/>\s+</g, '><')
    .trim();
  return `<span class="drawing" tabindex="0">${svg.replace('<svg', `<svg role="img" aria-label="${alt}"`)}</span>`;
}

export interface Picture {
  /** From the top of the repository. */
  readonly path: string;
  /** Below /docs; it holds the hash of the content. */
  readonly name: string;
}

export function pictureOf(path: string): Picture {
  const hash = createHash('sha256').update(readFileSync(join(root, path)));
  return { path, name: `assets/${hash.digest('hex').slice(0, 12)}${extname(path)}` };
}
