// package-lock.json names the packages of every platform, or `npm ci` refuses it on all of them.
import { type Lock, missingPlatforms } from '../../lock-platforms.ts';
import type { Finding, TextFile } from '../source.ts';

export function lockPlatforms({ path, text }: TextFile): Finding[] {
  if (path !== 'package-lock.json') return [];
  return missingPlatforms(JSON.parse(text) as Lock).map(({ name }) => ({
    path,
    line: 1,
    message: `${name} is missing, so npm ci fails: run node tools/lock-platforms.ts`,
  }));
}
