// The Debian package: the executable, its unit for systemd and a configuration. It is made where Debian's own tool is.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const deploy = resolve(import.meta.dirname, '..', '..', '..', 'deploy');
const licence = resolve(import.meta.dirname, '..', '..', '..', 'LICENSE');
/** Debian's names of what Node calls so. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export interface Deb {
  readonly version: string;
  readonly executable: string;
  /** Emptied first. */
  readonly work: string;
  readonly outFolder: string;
}

/** The file's name in `outFolder`; null on a machine without Debian's tool. */
export function makeDeb({ version, executable, work, outFolder }: Deb): string | null {
  const architecture = architectures[process.arch];
  if (!architecture) return null;
  rmSync(work, { recursive: true, force: true });
  // Folders are packed as they are, and the service's user must come into that of its configuration.
  const umask = process.umask(0o022);
  try {
    return pack({ version, executable, work, outFolder }, architecture);
  } finally {
    process.umask(umask);
  }
}

function pack({ version, executable, work, outFolder }: Deb, architecture: string): string | null {
  const place = (from: string, to: string, mode = 0o644): void => {
    const target = join(work, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target);
    chmodSync(target, mode);
  };
  place(executable, 'usr/bin/carillon', 0o755);
  place(join(deploy, 'systemd', 'carillon.service'), 'usr/lib/systemd/system/carillon.service');
  place(join(deploy, 'debian', 'carillon.sysusers'), 'usr/lib/sysusers.d/carillon.conf');
  place(join(deploy, 'debian', 'config.json'), 'etc/carillon/config.json', 0o640);
  place(licence, 'usr/share/doc/carillon/copyright');
  for (const script of ['postinst', 'prerm', 'postrm']) {
    place(join(deploy, 'debian', script), `DEBIAN/${script}`, 0o755);
  }
  writeFileSync(join(work, 'DEBIAN', 'conffiles'), '/etc/carillon/config.json\n');
  writeFileSync(join(work, 'DEBIAN', 'control'), controlOf(version, architecture));
  const file = `carillon_${version}_${architecture}.deb`;
  const options = ['--root-owner-group', '-Zgzip', '-z6', '--build', work, join(outFolder, file)];
  // Times in it would make each build another file.
  const env = { ...process.env, SOURCE_DATE_EPOCH: '315532800' };
  const { error, status, stderr } = spawnSync('dpkg-deb', options, { env, encoding: 'utf8' });
  if (error && 'code' in error && error.code === 'ENOENT') return null;
  if (status !== 0) throw new Error(`dpkg-deb ended with ${status}: ${stderr || error?.message}`);
  return file;
}

function controlOf(version: string, architecture: string): string {
  return [
    'Package: carillon',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: The Carillon authors <carillon@localhost>',
    'Section: net',
    'Priority: optional',
    // What the Node inside links against.
    'Depends: libc6 (>= 2.28), libstdc++6 (>= 6), systemd (>= 247)',
    'Description: self-hosted notification hub',
    ' One notification for a user reaches every device at once. Handling it on one',
    ' device settles it on all. The API is that of Microsoft Graph notifications.',
    '',
  ].join('\n');
}
