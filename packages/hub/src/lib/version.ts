// The version of this program, as its package says: for `--version`, for the inbox page, and for what it writes that
// outlives it, such as the manifest of a backup.
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  const content = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(content) as { version: string }).version;
}
