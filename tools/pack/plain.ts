// A package's `plainEntries` names entries that are published once more for tools that know no `exports` (webpack 4, TypeScript
// with `moduleResolution: node`): a folder of the entry's name with a package.json, one CommonJS file in ES2015, and the
// declarations that `plainEntries` names, which such a compiler reads.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Package } from './stage.ts';

export async function stagePlainEntries(each: Package, target: string): Promise<void> {
  for (const [entry, declarations] of Object.entries(each.manifest.plainEntries ?? {})) {
    const source = (each.manifest.exports as Readonly<Record<string, string>>)[entry];
    if (source === undefined) throw new Error(`${each.manifest.name} has no entry ${entry}`);
    const folder = join(target, entry);
    mkdirSync(folder, { recursive: true });
    const { outputFiles } = await build({
      entryPoints: [join(each.path, source)],
      ...{ bundle: true, write: false, format: 'cjs', platform: 'browser', target: 'es2015' },
    });
    writeFileSync(join(folder, 'index.js'), outputFiles[0]?.text ?? '');
    cpSync(join(each.path, declarations), join(folder, 'index.d.ts'));
    const manifest = { type: 'commonjs', main: './index.js', types: './index.d.ts', sideEffects: false };
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  }
}
