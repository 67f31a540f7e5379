// Runs an image as an orchestrator with a strict policy does: process 1 of its own process and mount namespaces, the root
// read-only except /tmp and its volume, no new privileges, nothing of the environment here. The network is the machine's.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';

export interface ContainerOptions {
  /** A command that mounts the image's files and prints where. The mount goes with the container. */
  readonly mount: readonly string[];
  /** A folder that becomes the volume, owned as the image's own folder at that path. */
  readonly volume: { readonly path: string; readonly folder: string };
  readonly user: { readonly uid: string; readonly gid: string };
  readonly workingFolder: string;
  readonly environment: readonly string[];
}

/** The folder, the path and the user of the volume, how many words mount the image, these, and the program. */
const enter = `set -e
folder=$1 path=$2 user=$3 words=$4
shift 4
mount=
while [ $words -gt 0 ]; do mount="$mount '$1'"; words=$((words - 1)); shift; done
root=$(eval "$mount")
chown --reference="$root$path" "$folder"
chmod --reference="$root$path" "$folder"
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$folder" "$root$path"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" "$root" "$@"`;

export class Container {
  readonly process: ChildProcess;
  readonly #options: ContainerOptions;

  constructor(options: ContainerOptions, program: readonly string[]) {
    this.#options = options;
    const { mount, volume, user } = options;
    mkdirSync(volume.folder);
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
    const own = [volume.folder, volume.path, `${user.uid}:${user.gid}`, `${mount.length}`, ...mount];
    const args = [...namespaces, 'sh', '-c', enter, 'sh', ...own, ...this.#inside(program)];
    this.process = spawn('unshare', args, { env: { PATH: process.env.PATH } });
  }

  /** What a program beside the first one prints; throws when it fails. */
  run(program: readonly string[]): string {
    const { uid, gid } = this.#options.user;
    const namespaces = ['--target', `${this.#pid()}`, '--mount', '--pid', '--root'];
    const args = [...namespaces, '--setuid', uid, '--setgid', gid, ...this.#inside(program)];
    return execFileSync('nsenter', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  /** The exit code of the first program after that signal. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.process, 'exit');
    process.kill(this.#pid(), signal);
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** SIGKILL, and what it has mounted is gone. */
  async remove(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  /** Of process 1 of the container, as the machine counts. */
  #pid(): number {
    const { pid } = this.process;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  #inside(program: readonly string[]): string[] {
    const { workingFolder, environment } = this.#options;
    return ['/usr/bin/env', '-i', '-C', workingFolder, ...environment, ...program];
  }
}
