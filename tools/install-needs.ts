// Installs what the tests need and this machine lacks, before the first test and all of it in one go, so that no two
// test files install at once. The package lists are fetched when an install fails without them: a new machine has none,
// and old ones name files that are gone. It waits for the locks of apt and dpkg, and says what it does and how long it took.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { findProgram, type Need } from '@carillon/testing/machine/needs.ts';

export interface InstallOptions {
  readonly isRoot?: boolean;
  readonly say?: (line: string) => void;
  /** How long other programs may hold the locks. */
  readonly lockWaitSeconds?: number;
}

/** Why nothing could be installed, in one sentence for whoever runs the tests. */
export class InstallError extends Error {}

export async function installNeeds(
  wanted: readonly Need[],
  { isRoot = process.getuid?.() === 0, say = console.error, lockWaitSeconds = 600 }: InstallOptions = {},
): Promise<void> {
  const missing = wanted.filter((need) => findProgram(need) === null);
  if (missing.length === 0) return;
  const programs = listOf(missing);
  const packages = missing.flatMap((need) => need.packages);
  const apt = new Apt(lockWaitSeconds, say);
  if (!(await apt.isThere())) {
    throw new InstallError(
      `The tests need ${programs}; this system has no apt-get, so install them yourself.`,
    );
  }
  const command = `apt-get install ${packages.join(' ')}`;
  if (!isRoot) {
    throw new InstallError(`The tests need ${programs}, which only root can install: run \`${command}\`.`);
  }
  say(`The tests need ${programs}: installing ${packages.join(', ')} ...`);
  const startMs = Date.now();
  const failure = await apt.install(packages);
  const lost = missing.filter((need) => findProgram(need) === null);
  if (failure !== null || lost.length > 0) {
    const why = failure ?? `${listOf(lost)} is still not there`;
    throw new InstallError(`The tests need ${programs}, and \`${command}\` failed: ${why}.`);
  }
  say(`Installed in ${secondsSince(startMs)} s.`);
}

interface Ran {
  readonly passed: boolean;
  readonly output: string;
}

class Apt {
  readonly #lockWaitSeconds: number;
  readonly #say: (line: string) => void;

  constructor(lockWaitSeconds: number, say: (line: string) => void) {
    this.#lockWaitSeconds = lockWaitSeconds;
    this.#say = say;
  }

  async isThere(): Promise<boolean> {
    return (await this.#run(['--version'])).passed;
  }

  /** Answers why it failed, or null. */
  async install(packages: readonly string[]): Promise<string | null> {
    const lock = ['-o', `DPkg::Lock::Timeout=${this.#lockWaitSeconds}`];
    const install = ['install', '-y', '--no-install-recommends', ...lock, ...packages];
    const first = await this.#whileLocked(install);
    if (first.passed) return null;
    if (isLocked(first)) return reasonOf(first.output);
    const startMs = Date.now();
    const lists = await this.#whileLocked(['update']);
    if (!unreachable.test(lists.output))
      this.#say(`Fetched the package lists in ${secondsSince(startMs)} s.`);
    const second = await this.#whileLocked(install);
    return second.passed ? null : reasonOf(lists.output + second.output);
  }

  /** The timeout is dpkg's: for the locks of the package lists and of the downloads apt doesn't wait. */
  async #whileLocked(args: readonly string[]): Promise<Ran> {
    const startMs = Date.now();
    for (;;) {
      const ran = await this.#run(args);
      if (!isLocked(ran) || secondsSince(startMs) >= this.#lockWaitSeconds) return ran;
      await pause(1000);
    }
  }

  async #run(args: readonly string[]): Promise<Ran> {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
    const child = spawn('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    // An error when there is no such program.
    const [code] = await once(child, 'close').catch(() => [null]);
    return { passed: code === 0, output };
  }
}

const unreachable = /Failed to fetch|Temporary failure|Could not (connect|resolve)/;

function isLocked({ passed, output }: Ran): boolean {
  return !passed && /Could not get lock|Unable to (lock|acquire)/.test(output);
}

function reasonOf(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  if (lines.some((line) => /Could not get lock/.test(line)))
    return 'another program holds the lock of apt or dpkg';
  const away = lines.find((line) => unreachable.test(line));
  const error = away ?? lines.findLast((line) => line.startsWith('E: ')) ?? 'it gave no reason';
  const network = away ? 'the package server was not reached, check the network: ' : '';
  return `${network}${error.replace(/^[EW]: /, '').replace(/\.$/, '')}`;
}

function listOf(wanted: readonly Need[]): string {
  return wanted.map(({ name }) => name).join(', ');
}

function secondsSince(startMs: number): number {
  return Math.round((Date.now() - startMs) / 1000);
}
