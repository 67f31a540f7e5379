// The version of this program, from its package.json: for `--version`, the inbox page, and files that outlive the
// process, such as the manifest of a backup.
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  const content = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(content) as { version: string }).version;
}
