// The documents that are made from code: `npm run docs` writes them. They are checked in, and a test proves them fresh.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTables } from './api-tables.ts';
import { configurationPage } from './configuration-page.ts';
import { readDocument, root } from './documents.ts';

/** By path: what makes the whole text. */
export const generated: Readonly<Record<string, () => string>> = {
  'docs/api.md': () => withTables(readDocument('docs/api.md')).text,
  'docs/configuration.md': configurationPage,
};

if (import.meta.main) {
  for (const [path, make] of Object.entries(generated)) writeFileSync(join(root, path), make());
}
