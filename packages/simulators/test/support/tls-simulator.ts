// A simulator under TLS on a free port and a client that trusts it, over HTTP/1.1 or HTTP/2, sending exactly the headers
// that a test names. The clock is the system's, moved ahead by `shiftMs`.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '../../../hub/src/lib/certificate.ts';
import { openSimulator, type Provider, type Simulator } from '../../src/index.ts';

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface TlsSimulator {
  readonly simulator: Simulator;
  readonly agent: Agent;
  /** Milliseconds that the simulator's clock is ahead. */
  shiftMs: number;
  /** POST by default; a body gets its Content-Length. */
  send(url: string, sent?: Sent): Promise<Got>;
  sendHttp2(url: string, sent?: Sent): Promise<Got>;
  /** Replaces the script over HTTP; the rules as JSON. */
  script(rules: string): Promise<void>;
  close(): Promise<void>;
}

export async function openTlsSimulator(...providers: readonly Provider[]): Promise<TlsSimulator> {
  const tls = await makeTls();
  const clock = { now: () => Date.now() + opened.shiftMs, after: () => ({ stop() {} }) };
  const simulator = await openSimulator({ tls, providers, clock });
  const agent = new Agent({ ca: tls.cert, keepAlive: true });
  const opened: TlsSimulator = {
    simulator,
    agent,
    shiftMs: 0,
    send: (url, sent = {}) => sendHttp1(url, sent, agent),
    sendHttp2: (url, sent = {}) => sendHttp2(url, sent, tls.cert),
    async script(rules) {
      const { status, body } = await opened.send(`${simulator.url}/simulate/script`, { body: rules });
      if (status !== 204) throw new Error(`the script was refused: ${body}`);
    },
    async close() {
      agent.destroy();
      await simulator.close();
    },
  };
  return opened;
}

async function makeTls(): Promise<{ readonly key: string; readonly cert: string }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const cert = await makeCertificate({
    commonName: 'simulator',
    key: privateKey,
    issuer: { commonName: 'simulator', key: privateKey },
    notBefore: now - 60_000,
    notAfter: now + 3_600_000,
    hosts: ['127.0.0.1', 'localhost'],
  });
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
}

async function sendHttp1(
  url: string,
  { method = 'POST', headers = {}, body }: Sent,
  agent: Agent,
): Promise<Got> {
  const request = httpsRequest(url, { method, headers, agent });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

async function sendHttp2(
  url: string,
  { method = 'POST', headers = {}, body }: Sent,
  ca: string,
): Promise<Got> {
  const { origin, pathname, search } = new URL(url);
  const session = connect(origin, { ca });
  try {
    const stream = session.request({ ...headers, ':method': method, ':path': pathname + search });
    stream.end(body);
    const [answered] = await once(stream, 'response');
    return { status: answered[':status'], headers: answered, body: await text(stream) };
  } finally {
    session.close();
  }
}
