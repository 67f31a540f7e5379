// A disk of a test's own that can be filled to its end: a file system in memory, where this process may mount one.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { tempFolder } from '../hub/identity.ts';

/** A file system of so many bytes, or null where this process may not make one. */
export function smallDisk(context: TestContext, bytes: number): string | null {
  const folder = tempFolder();
  const path = join(folder.path, 'disk');
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  context.after(() => {
    if (status === 0) spawnSync('umount', ['-l', path]);
    folder.remove();
  });
  return status === 0 ? path : null;
}
