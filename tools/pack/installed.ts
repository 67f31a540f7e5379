// A folder outside the repository in which the packages are installed from their tarballs, as a user would, and the
// programs that run there with a Node of the test's choice.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Started {
  /** The first match in what it prints; rejects when it ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM to the program itself; the exit code. */
  stop(): Promise<number | null>;
}

export class Installed {
  readonly folder = mkdtempSync(join(tmpdir(), 'carillon-installed-'));
  readonly #running = new Set<ChildProcess>();

  /** One install of all tarballs together; third-party packages come from npm's cache where it has them. */
  async install(tarballs: readonly string[]): Promise<void> {
    this.write('package.json', JSON.stringify({ private: true, type: 'module' }));
    await npmInstall(this.folder, tarballs);
  }

  /** Entries of a package that are code, as an importer writes them. */
  entriesOf(name: string): string[] {
    const manifest = readFileSync(join(this.folder, 'node_modules', name, 'package.json'), 'utf8');
    const { exports } = JSON.parse(manifest) as { exports: Record<string, unknown> };
    return Object.entries(exports)
      .filter(([entry, target]) => typeof target === 'object' && !entry.includes('*'))
      .map(([entry]) => entry.replace(/^\./, name));
  }

  write(path: string, text: string): string {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  /** `npx carillon …` with this Node first on the path; what it prints, without the line end. */
  async npx(node: string, args: readonly string[]): Promise<string> {
    return this.#run('npx', ['--no-install', 'carillon', ...args], node);
  }

  /** The same without npx, which takes longer to start than the command. */
  async carillon(node: string, args: readonly string[]): Promise<string> {
    return this.#run(this.#command, args, node);
  }

  /** For what runs until it is stopped; npx would keep the signal from it. */
  start(node: string, args: readonly string[]): Started {
    const child = spawn(this.#command, args, {
      cwd: this.folder,
      env: environmentOf(node),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    return follow(child);
  }

  async node(node: string, program: string): Promise<string> {
    return this.#run(node, ['--input-type=module', '--eval', program], node);
  }

  async #run(command: string, args: readonly string[], node: string): Promise<string> {
    const { stdout } = await run(command, args, { cwd: this.folder, env: environmentOf(node) });
    return stdout.trim();
  }

  get #command(): string {
    return join(this.folder, 'node_modules', '.bin', 'carillon');
  }

  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Another Node than the pinned one, from the npm package `node`; answers the path of its program. */
export async function installNode(major: number, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, allowScripts: { node: true } }),
  );
  await npmInstall(folder, [`node@${major}`]);
  return join(folder, 'node_modules', 'node', 'bin', 'node');
}

async function npmInstall(folder: string, packages: readonly string[]): Promise<void> {
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['install', ...options, ...packages], { cwd: folder });
}

function environmentOf(node: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(CARILLON_|NODE_|npm_)/.test(name));
  const path = [dirname(node), process.env.PATH ?? ''].join(delimiter);
  return { ...Object.fromEntries(own), PATH: path };
}

function follow(child: ChildProcess): Started {
  let output = '';
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of looks) look();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    async until(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = (): void => {
        const found = pattern.exec(output);
        if (found) resolve(found);
      };
      looks.add(look);
      look();
      void ended.then((code) => reject(new Error(`it ended with ${code}: ${output}`)));
      return promise;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
