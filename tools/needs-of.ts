// Which programs of the machine some test files could need: those whose file in packages/testing/src/machine they import,
// directly or through other files. Read from the text, so that nothing runs and nothing is parsed.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Need, needs } from '@carillon/testing/machine/needs.ts';

const shared = '@carillon/testing/';

/** Files are paths below `root`. */
export function needsOf(files: readonly string[], root: string): Need[] {
  const sharedFolder = join(root, 'packages', 'testing', 'src');
  const seen = new Set<string>();
  const look = (path: string): void => {
    if (seen.has(path) || !existsSync(path)) return;
    seen.add(path);
    for (const [, specifier = ''] of readFileSync(path, 'utf8').matchAll(
      /(?:from|import)\s*\(?\s*'([^']+\.ts)'/g,
    )) {
      if (specifier.startsWith('.')) look(resolve(dirname(path), specifier));
      else if (specifier.startsWith(shared)) look(join(sharedFolder, specifier.slice(shared.length)));
    }
  };
  for (const file of files) look(join(root, file));
  return Object.entries<Need>(needs).flatMap(([name, need]) =>
    seen.has(join(sharedFolder, 'machine', `${need.file ?? name}.ts`)) ? [need] : [],
  );
}
