// The machine: the version of Node, who may read the data, and free space on the disk. These checks create and change
// nothing.
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Finding, fail, ok, warn } from './finding.ts';

const nodeMajor = 24;
const secretFiles = ['registry.db', 'feed.db', 'secret.key'];
const gibibyte = 1024 ** 3;
const littleRoom = gibibyte;
const noRoom = gibibyte / 8;

export function checkNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= nodeMajor) return ok('node', version);
  return fail('node', `version ${version} is too old`, `install Node ${nodeMajor} or later`);
}

export function checkDataDir(dataDir: string): Finding[] {
  const folder = resolve(dataDir);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (!stat) return [ok('data', `${folder} is not there yet: the first command makes it`)];
  if (!stat.isDirectory()) return [fail('data', `${folder} is a file`, 'choose another --data-dir')];
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [fail('data', `${folder} can not be read and written`, 'give it to the user that runs the hub')];
  }
  const open = secretFiles.map((name) => join(folder, name)).filter(isOpenToOthers);
  if (open.length === 0) return [ok('data', folder)];
  return [
    warn(
      'data',
      `others may read ${open.join(', ')}, which hold keys and notifications`,
      `chmod 600 ${open.join(' ')}`,
    ),
  ];
}

function isOpenToOthers(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return process.platform !== 'win32' && stat !== undefined && (stat.mode & 0o077) !== 0;
}

export function checkDisk(dataDir: string): Finding {
  let folder = resolve(dataDir);
  while (!statSync(folder, { throwIfNoEntry: false }) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const shown = `${(free / gibibyte).toFixed(1)} GiB free`;
  if (free < noRoom) return fail('disk', shown, 'make room: a full disk answers 503 to every post');
  if (free < littleRoom) return warn('disk', shown, 'make room before it is full');
  return ok('disk', shown);
}
