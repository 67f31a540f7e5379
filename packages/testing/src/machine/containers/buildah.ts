// Buildah with a storage of its own, so that it neither finds nor leaves images of the machine. It needs root, and no service.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, needs, programOf } from '../needs.ts';

export class Buildah {
  readonly #folder: string;

  /** `folder`: for the storage. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** What it prints on its standard output; throws with what it said when it fails. */
  run(...args: string[]): string {
    // What it mounts goes with its process, however that ends: so the folder can always be removed.
    return execFileSync('unshare', ['--mount', ...this.command(...args)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 16 * 1024 * 1024,
    }).trim();
  }

  /** The same for a process with mounts of its own. */
  command(...args: string[]): string[] {
    const storage = ['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')];
    return [programOf(needs.buildah), ...storage, ...args];
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const mirror = 'http://deb.debian.org/debian';
const release = 'bookworm';

/** Why no image can be made here, or null. */
export async function whyNoImage(): Promise<string | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'an image is made by root on Linux';
  const missing = [needs.buildah, needs.mmdebstrap].filter((need) => findProgram(need) === null);
  if (missing.length > 0) return `${missing.map(({ name }) => name).join(' and ')} missing`;
  const answer = await fetch(`${mirror}/dists/${release}/InRelease`, { method: 'HEAD' }).catch(() => null);
  return answer?.ok ? null : 'no way to the packages of Debian';
}

/** The files of some packages of Debian in an archive, for any architecture: none of their programs runs. */
export function unpackDebian(target: string, architecture: string, packages: readonly string[]): void {
  const args = [
    '--mode=root',
    '--variant=extract',
    `--architectures=${architecture}`,
    `--include=${packages.join()}`,
  ];
  const env = { ...process.env, SOURCE_DATE_EPOCH: '315532800' };
  execFileSync(programOf(needs.mmdebstrap), [...args, release, target, mirror], {
    env,
    stdio: 'pipe',
  });
}
