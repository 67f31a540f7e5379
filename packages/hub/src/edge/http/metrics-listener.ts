// A port of its own for GET /metrics, without a token: for a scraper inside the operator's network. It answers nothing
// else, and whoever floods it takes none of the hub's own connections.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentTypes, type Format, formatOf } from '../../telemetry/metrics/exposition.ts';

export interface MetricsListenerOptions {
  readonly port: number;
  readonly host: string;
  readonly write: (format: Format) => Promise<string>;
}

export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

const connectionsMax = 32;
const requestTimeoutMs = 10_000;

export async function openMetricsListener({
  port,
  host,
  write,
}: MetricsListenerOptions): Promise<MetricsListener> {
  const server = createServer({ requestTimeout: requestTimeoutMs, maxHeaderSize: 8192 }, answerWith(write));
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerWith(write: MetricsListenerOptions['write']): RequestListener {
  return (request, response) => {
    const isKnown = /^\/metrics\/?(?:\?|$)/.test(request.url ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isKnown || !isRead) {
      response.writeHead(isKnown ? 405 : 404, isKnown ? { Allow: 'GET, HEAD' } : {}).end();
      return;
    }
    const format = formatOf(request.headers.accept);
    write(format).then(
      (text) => response.writeHead(200, { 'Content-Type': contentTypes[format] }).end(text),
      () => response.writeHead(503).end(),
    );
  };
}
