// Stands in for `node:fs` in those modules of the hub that read what lies beside them: in the executable that is an asset
// within it. Any other path is the disk's, as ever. Bundled, never imported here.
import * as disk from 'node:fs';
import { getAssetKeys, getRawAsset } from 'node:sea';

export * from 'node:fs';

/** What the paths of assets begin with: no path of a disk. */
const root = '/$carillon/';

type Path = string | URL;

/** Undefined for a path of the disk. */
function keyOf(path: Path): string | undefined {
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : path;
  return text.startsWith(root) ? text.slice(root.length) : undefined;
}

export function existsSync(path: Path): boolean {
  const key = keyOf(path);
  return key === undefined ? disk.existsSync(path) : getAssetKeys().includes(key);
}

export function readFileSync(path: Path, encoding?: BufferEncoding): string | Buffer {
  const key = keyOf(path);
  if (key === undefined) return encoding ? disk.readFileSync(path, encoding) : disk.readFileSync(path);
  const bytes = Buffer.from(getRawAsset(key));
  return encoding ? bytes.toString(encoding) : bytes;
}

/** All files below the folder; of a listing no other form is needed. */
export function readdirSync(path: string, options: { recursive: true; withFileTypes: true }): unknown[] {
  const key = keyOf(path);
  if (key === undefined) return disk.readdirSync(path, options);
  const folder = key.endsWith('/') ? key : `${key}/`;
  return getAssetKeys()
    .filter((each) => each.startsWith(folder))
    .map((each) => {
      const at = each.lastIndexOf('/');
      return { name: each.slice(at + 1), parentPath: root + each.slice(0, at), isFile: () => true };
    });
}
