// What systemd says of a unit that isn't installed. The package brings systemd-sysusers too, which the maintainer scripts of a
// Debian package call.
import { spawnSync } from 'node:child_process';
import { needs, programOf } from '../needs.ts';

/** What a service may do, by systemd's own scale: 10 may do anything, 0 nothing. Null at `most` or below, else its table. */
export function exposureBeyond(most: number, unit: string): string | null {
  const threshold = `--threshold=${Math.round(most * 10)}`;
  const args = ['security', '--offline=true', threshold, '--no-pager', unit];
  const { status, stdout, stderr, error } = spawnSync(programOf(needs.systemd), args, { encoding: 'utf8' });
  if (error) throw error;
  return status === 0 ? null : stdout + stderr;
}
