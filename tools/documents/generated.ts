// The documents that are made from code: `npm run docs` writes them. They are checked in, and a test proves them fresh.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metadataXml } from '../../packages/hub/src/edge/documents/csdl/metadata.ts';
import { openApi } from '../../packages/hub/src/edge/documents/open-api.ts';
import { withTables } from './api-tables.ts';
import { commandsPage } from './commands-page.ts';
import { configurationPage } from './configuration-page.ts';
import { readDocument, root } from './documents.ts';
import { metricsPage } from './metrics-page.ts';

/** By path: what makes the whole text. */
export const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/api.md': () => withTables(readDocument('docs/api.md')).text,
  'docs/commands.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/metrics.md': metricsPage,
  // Of a hub by any name.
  'docs/openapi.json': () => `${JSON.stringify(openApi('https://hub.example'), null, 2)}\n`,
  'docs/metadata.xml': metadataXml,
};

/** What clients were made from: those of the last release. A test holds today's against them (breaking.test.ts). */
export const released: Readonly<Record<string, string>> = {
  'docs/openapi.json': 'docs/release/openapi.json',
  'docs/metadata.xml': 'docs/release/metadata.xml',
};

if (import.meta.main) {
  for (const [path, make] of Object.entries(generated)) writeFileSync(join(root, path), await make());
  if (process.argv.includes('--release'))
    for (const [path, copy] of Object.entries(released)) copyFileSync(join(root, path), join(root, copy));
}
