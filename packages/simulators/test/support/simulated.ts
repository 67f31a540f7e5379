// A simulator under TLS, by the hub's development certificate and with a clock that the test drives, and an HTTP/2
// client of one connection, as a hub keeps it.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { makeDevCertificate } from '../../../hub/src/edge/http/dev-certificate.ts';
import { systemClock } from '../../../hub/src/lib/clock.ts';
import { openSimulator, type Provider, type Simulator } from '../../src/index.ts';

export interface Simulated {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
  /** PEM of the authority that clients must trust. */
  readonly ca: string;
  close(): Promise<void>;
}

export async function simulate(
  providers: readonly Provider[] | ((url: string) => readonly Provider[]),
  options: { readonly keep?: number; readonly seed?: number } = {},
): Promise<Simulated> {
  const folder = await mkdtemp(join(tmpdir(), 'carillon-simulators-'));
  const { key, cert, caPath } = await makeDevCertificate(folder, systemClock);
  const ca = readFileSync(caPath, 'utf8');
  const clock = new ManualClock();
  const simulator = await openSimulator({ tls: { key, cert }, providers, clock, ...options });
  return {
    simulator,
    clock,
    ca,
    async close() {
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Keeps one connection; a request over it rejects when the connection breaks. */
export class Http2Client {
  readonly session: ClientHttp2Session;

  constructor(url: string, ca?: string) {
    this.session = connect(url, ca === undefined ? {} : { ca });
    this.session.on('error', () => {});
  }

  /** POST by default. */
  async send(path: string, { method = 'POST', headers = {}, body }: Request = {}): Promise<Answer> {
    const stream = this.session.request({ ...headers, ':method': method, ':path': path });
    stream.end(body);
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, string>>();
    stream.on('response', (received) => resolve(received as Record<string, string>));
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('there was no answer')));
    const received = await promise;
    return { status: Number(received[':status']), headers: received, body: await text(stream) };
  }

  close(): void {
    this.session.destroy();
  }
}
