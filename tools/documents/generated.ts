// The documents that are made from code: `npm run docs` writes them. They are checked in, and a test proves them fresh.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration-page.ts';
import { root } from './documents.ts';

/** By path: what makes the whole text. */
export const generated: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configurationPage,
};

if (import.meta.main) {
  for (const [path, make] of Object.entries(generated)) writeFileSync(join(root, path), make());
}
