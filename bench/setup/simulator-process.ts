// The process of the simulated push services, as the benchmark speaks to it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Rule, ServiceAccountJson } from '@carillon/simulators';
import type { ApnsCredentials } from '../../packages/hub/src/push/channels/apns/credentials.ts';
import type { FcmCredentials } from '../../packages/hub/src/push/channels/fcm/credentials.ts';
import type { WnsCredentials } from '../../packages/hub/src/push/channels/wns/credentials.ts';

export interface Providers {
  /** What the hub must trust. */
  readonly caPath: string;
  /** Of the one app that APNs knows. */
  readonly topic: string;
  readonly credentials: {
    readonly apns: ApnsCredentials;
    readonly fcm: FcmCredentials & { readonly serviceAccount: ServiceAccountJson };
    readonly wns: WnsCredentials;
  };
}

/** What was delivered since the last reset. Times are milliseconds of `process.hrtime`, the same in every process. */
export interface Tally {
  /** Duplicates included. */
  readonly delivered: number;
  /** Notifications a provider. */
  readonly distinct: number;
  readonly firstAt: number;
  /** When the newest of the distinct ones came. */
  readonly lastAt: number;
}

interface Browser {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** Every order with what it asks and what it is answered. */
export interface Orders {
  open: { asks: null; answer: Providers };
  browsers: { asks: { count: number; applicationServerKey: string }; answer: readonly Browser[] };
  /** Channel URIs. */
  windows: { asks: { count: number }; answer: readonly string[] };
  script: { asks: readonly Rule[]; answer: undefined };
  reset: { asks: null; answer: undefined };
  tally: { asks: null; answer: Tally };
  /** Answered when so many distinct ones have come, or when the time is over. */
  reach: { asks: { count: number; withinMs: number }; answer: Tally };
}

export interface Asked {
  readonly id: number;
  readonly name: keyof Orders;
  readonly asks: unknown;
}

const stopMaxMs = 5000;

export class SimulatorProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;

  constructor(certificates: string) {
    const profile = process.env.BENCH_CPU_PROF;
    const execArgv = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}/simulator`] : [];
    this.#child = fork(new URL('../children/simulator.ts', import.meta.url), [certificates], { execArgv });
    this.pid = this.#child.pid as number;
    this.#child.on('message', ({ id, answer }: { id: number; answer: unknown }) => {
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
    });
    this.#child.on('exit', (code) => {
      const ended = new Error(`the simulator ended with ${code}`);
      for (const { reject } of this.#waiting.values()) reject(ended);
      this.#waiting.clear();
    });
  }

  ask<Name extends keyof Orders>(name: Name, asks: Orders[Name]['asks']): Promise<Orders[Name]['answer']> {
    const id = ++this.#asked;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#child.send({ id, name, asks } satisfies Asked);
    return waiting.promise as Promise<Orders[Name]['answer']>;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopMaxMs);
    this.#child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  }
}

/** Reads the clock of a tally's times. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
