// The Helm chart as `helm install` takes it: the folder deploy/helm/carillon in a compressed archive.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const charts = resolve(import.meta.dirname, '..', '..', '..', 'deploy', 'helm');

/** The file below `outFolder`; apart from the others, since npm names the hub's tarball alike. */
export function makeChart(version: string, outFolder: string): string {
  const file = join('chart', `carillon-${version}.tgz`);
  mkdirSync(join(outFolder, 'chart'), { recursive: true });
  const archive = execFileSync('tar', [...sameBytes(), '-C', charts, '-cf', '-', 'carillon']);
  writeFileSync(join(outFolder, file), gzipSync(archive));
  return file;
}

/** The same sources give the same bytes with GNU's tar. */
function sameBytes(): string[] {
  if (process.platform !== 'linux') return [];
  return ['--sort=name', '--mtime=@315532800', '--owner=0', '--group=0', '--numeric-owner', '--mode=go=rX'];
}
