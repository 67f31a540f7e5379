// A package's `classicScripts` names entries that are published as one script each too, for importScripts() and for
// <script> without modules, with the global that holds what the entry exports: `"./compat": "userNotificationsClient"`
// becomes dist/compat.classic.js, with a source map beside it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { classicPath } from './manifest.ts';
import type { Package } from './stage.ts';

export async function stageClassicScripts(each: Package, target: string): Promise<void> {
  for (const [entry, globalName] of Object.entries(each.manifest.classicScripts ?? {})) {
    const script = classicPath(entry);
    const source = (each.manifest.exports as Readonly<Record<string, string>>)[entry];
    if (source === undefined) throw new Error(`${each.manifest.name} has no entry ${entry}`);
    const { outputFiles } = await build({
      entryPoints: [join(each.path, source)],
      // Nothing is written there: the map names its sources by the way from here, which is the same where it is published.
      ...{ outfile: join(each.path, script), write: false },
      ...{ bundle: true, minify: true, format: 'iife', globalName, platform: 'browser', target: 'es2022' },
      sourcemap: 'linked',
    });
    for (const { path, text } of outputFiles) {
      const to = join(target, dirname(script), basename(path));
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, text);
    }
  }
}
