// How many sources lie side by side in a folder: what a reader takes in at one look. Tests don't count.
import { posix } from 'node:path';
import { isTestFile } from '../place.ts';
import type { Finding, Source } from '../source.ts';

const maxFiles = 15;

export function folderSizes(sources: readonly Source[]): Finding[] {
  const counts = new Map<string, number>();
  for (const { path } of sources) {
    const folder = posix.dirname(path);
    if (!isTestFile(path)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > maxFiles)
    .map(([path, count]) => ({
      path,
      line: 1,
      message: `holds ${count} sources, at most ${maxFiles} are allowed: make folders of what belongs together`,
    }));
}
