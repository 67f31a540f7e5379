// A reader of one document, who pastes its commands in their order into terminals of a folder of their own. What differs
// from the page: a free port instead of 4280, the hub of this repository instead of `npx carillon` and `npm start`, and
// files that every reader has (a certificate, keys of push providers).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ecKey, serviceAccount } from '@carillon/testing/feed/credentials.ts';
import { freePort, until } from '@carillon/testing/hub/hub.ts';
import { makeDevCertificate } from '../../packages/hub/src/edge/http/dev-certificate.ts';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';
import { root } from './documents.ts';

const node = `"${process.execPath}"`;
const hub = `${node} "${join(root, 'packages', 'hub', 'bin', 'carillon.js')}"`;
// bound: a program that does not start fails the test by name
const startMaxMs = 60_000;

/** Programs that run until they are stopped, and what they print when they are ready. */
const lasting: readonly (readonly [command: RegExp, ready: RegExp])[] = [
  [/ serve( |$)/, /^carillon is ready at \S+$/m],
  [/ simulate( |$)/, /^carillon simulators are ready at \S+$/m],
  [/^curl .*-N /, /^event: ready$/m],
  [/service\.ts/, /listens on http/],
  [/serve\.ts/, /http:\/\/localhost:\d+/],
];

interface Pasted {
  readonly child: ChildProcess;
  readonly block: string;
  readonly closed: Promise<unknown>;
  output: string;
}

export class Reader {
  readonly #folder: string;
  readonly #ports: readonly [hub: number, service: number];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #running: Pasted[] = [];
  readonly #over: Pasted[] = [];

  private constructor(folder: string, ports: readonly [number, number], hasTls: boolean) {
    const [port, servicePort] = ports;
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CARILLON_'));
    this.#folder = folder;
    this.#ports = ports;
    this.#environment = {
      ...Object.fromEntries(own),
      CARILLON_PORT: String(port),
      PORT: String(servicePort),
      HUB: hasTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    };
  }

  static async open(options: { readonly hasTls: boolean }): Promise<Reader> {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-reader-'));
    const { cert, key } = await makeDevCertificate(join(folder, 'made'), systemClock);
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'AuthKey.p8'), ecKey);
    writeFileSync(join(folder, 'secret.txt'), 'a-secret');
    writeFileSync(join(folder, 'account.json'), JSON.stringify(serviceAccount));
    return new Reader(folder, [await freePort(), await freePort()], options.hasTls);
  }

  /** All that was printed so far. */
  get output(): string {
    return [...this.#over, ...this.#running].map(({ output }) => output).join('');
  }

  /** Runs a block to its end, or until its last command is ready when that one lasts; what it printed. */
  async paste(block: string): Promise<string> {
    if (/\.carillon\/demo\/|demo\.example/.test(block)) await this.#startDemonstration();
    if (startsHub(block)) await this.#stop((pasted) => startsHub(pasted.block));
    const last = block.replaceAll('\\\n', '').split('\n').at(-1) ?? '';
    const script = this.#translate(block);
    const ready = lasting.find(([command]) => command.test(asTyped(last)))?.[1];
    const pasted = this.#start(script, block);
    if (ready === undefined) {
      await pasted.closed;
      const code = pasted.child.exitCode;
      if (code !== 0) throw new Error(`it ended with ${code}:\n${block}\n${pasted.output}`);
    } else {
      const settled = (): boolean => ready.test(pasted.output) || pasted.child.exitCode !== null;
      await until(settled, `"${block}" is ready`, startMaxMs);
      if (pasted.child.exitCode !== null) throw new Error(`it ended:\n${block}\n${pasted.output}`);
    }
    return pasted.output;
  }

  async close(): Promise<void> {
    await this.#stop(() => true);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Most documents show commands for a hub of `npm start`, which began in another document. */
  async #startDemonstration(): Promise<void> {
    if (this.#running.some(({ block }) => block.startsWith('npm start'))) return;
    await this.paste('npm start');
  }

  #translate(block: string): string {
    const [port, servicePort] = this.#ports;
    return asTyped(block)
      .replaceAll('npx carillon simulate', 'npx carillon simulate --port 0')
      .replaceAll('npx carillon', hub)
      .replaceAll('node_modules/.bin/node examples/', `${node} ${root}/examples/`)
      .replaceAll(/(127\.0\.0\.1|localhost):4280\b/g, `$1:${port}`)
      .replaceAll(/localhost:400[01]\b/g, `localhost:${servicePort}`)
      .replaceAll(/\bcurl /g, 'curl --silent --show-error --fail-with-body ');
  }

  #start(script: string, block: string): Pasted {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: this.#folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const pasted: Pasted = { child, block, closed: once(child, 'close'), output: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        pasted.output += text;
      });
    }
    this.#running.push(pasted);
    child.once('close', () => {
      this.#over.push(...this.#running.splice(this.#running.indexOf(pasted), 1));
    });
    return pasted;
  }

  /** The whole group: bash passes no signal on. */
  async #stop(isMeant: (pasted: Pasted) => boolean): Promise<void> {
    for (const { child, closed } of this.#running.filter(isMeant)) {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await closed;
    }
  }
}

/** They share a port, and may share a data folder. */
function startsHub(block: string): boolean {
  return / serve( |$)/m.test(asTyped(block));
}

function asTyped(block: string): string {
  return block.replaceAll(/npm start( --)?/g, 'npx carillon serve --dev');
}
