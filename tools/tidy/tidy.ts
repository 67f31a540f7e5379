// The entry of tidy, the project's own linter (`node tools/tidy/tidy.ts`): reads every file that git tracks or would
// track, applies the rules of tools/tidy/rules, prints one line a finding and exits with 1 when there is one.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from './inspect.ts';
import type { TextFile } from './source.ts';

const root = join(import.meta.dirname, '..', '..');

/** Tracked files and new ones that .gitignore doesn't name; outside a git repository (a release archive), all but the known. */
function listFiles(): string[] {
  if (existsSync(join(root, '.git'))) {
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    return execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  }
  const ignored = /(^|\/)(node_modules|dist|\.carillon|\.git)$|\.log$/;
  return globSync(['**/*', '.*', '.*/**/*'], { cwd: root, exclude: (path) => ignored.test(path) });
}

function readTextFiles(): TextFile[] {
  return listFiles().flatMap((path) => {
    // A file may be deleted but not yet staged, and a link may point to a folder.
    if (!statSync(join(root, path), { throwIfNoEntry: false })?.isFile()) return [];
    const text = readFileSync(join(root, path), 'utf8');
    return text.includes('\0') ? [] : [{ path, text }];
  });
}

const files = readTextFiles();
const findings = inspect(files);
for (const { path, line, message } of findings) console.log(`${path}:${line}: ${message}`);
if (findings.length === 0) {
  console.log(`tidy: ${files.length} files, no findings`);
} else {
  console.log(
    `tidy: ${files.length} files, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`,
  );
  process.exitCode = 1;
}
