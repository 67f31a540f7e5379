// package-lock.json names the packages of every platform, or `npm ci` refuses it on all of them, and has a checksum of
// everything that is downloaded, or a registry could hand out something else.
import { type LockedPackages, missingPlatforms, unverified } from '../../lock-platforms.ts';
import type { Finding, TextFile } from '../source.ts';

export function lockPlatforms({ path, text }: TextFile): Finding[] {
  if (path !== 'package-lock.json') return [];
  const { packages }: { readonly packages: LockedPackages } = JSON.parse(text);
  const findings = [
    ...missingPlatforms(packages).map(({ name }) => `${name} is missing, so npm ci fails`),
    ...unverified(packages).map((each) => `${each} has no checksum, so npm ci can't verify it`),
  ];
  return findings.map((what) => ({ path, line: 1, message: `${what}: run node tools/lock-platforms.ts` }));
}
