// An endpoint as an app would run it: it answers the handshake, keeps every webhook that comes, and answers as the test says.
//   await using receiver = await openReceiver();
//   receiver.answer = (response) => response.writeHead(500).end();
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { serveHttp1 } from '../machine/http-servers.ts';
import { until } from '../machine/until.ts';

export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  readonly json: any;
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  /** Every webhook that came, whatever was answered. */
  readonly received: ReceivedWebhook[];
  /** Paths and queries of handshakes. */
  readonly handshakes: string[];
  /** Answers a webhook; 202 unless it is set. */
  answer: ((response: ServerResponse, received: ReceivedWebhook) => void) | null;
  /** Answers a handshake; as it must be unless it is set. */
  shake: ((response: ServerResponse, token: string) => void) | null;
  /** The values of all webhooks that were taken, in their order. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  readonly values: any[];
  /** Resolves when so many values have come. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  told(count: number): Promise<any[]>;
}

export async function openReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const handshakes: string[] = [];
  const values: unknown[] = [];
  const server = await serveHttp1((request, response) => void take(request, response));

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname, search, searchParams } = new URL(request.url ?? '/', server.url);
    const token = searchParams.get('validationToken');
    if (token !== null) {
      handshakes.push(pathname + search);
      if (opened.shake) opened.shake(response, token);
      else response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(token);
      return;
    }
    const body = Buffer.concat(chunks).toString();
    const one = { path: pathname + search, headers: request.headers, body, json: JSON.parse(body) };
    received.push(one);
    response.once('finish', () => {
      const { statusCode } = response;
      if (statusCode >= 200 && statusCode < 300) values.push(...one.json.value);
    });
    if (opened.answer) opened.answer(response, one);
    else response.writeHead(202).end();
  }

  const opened: WebhookReceiver = {
    url: `${server.url}/hook`,
    received,
    handshakes,
    answer: null,
    shake: null,
    values,
    async told(count) {
      await until(() => values.length >= count, `${count} values have come`);
      return values;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return opened;
}

/** What an app posts to have an endpoint told; `more` is what the test wants different. */
export function watchOf(url: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    changeType: 'created,updated,deleted',
    notificationUrl: url,
    resource: 'me/notifications',
    expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
    clientState: 'state of the test',
    ...more,
  };
}

/** A key and its self-signed certificate, made by openssl. */
export function makeCertificate(
  folder: string,
  bits: number,
): { readonly keyFile: string; readonly pem: string } {
  const keyFile = join(folder, `key-${bits}.pem`);
  const certFile = join(folder, `cert-${bits}.pem`);
  const made = [
    '-newkey',
    `rsa:${bits}`,
    '-nodes',
    '-keyout',
    keyFile,
    '-out',
    certFile,
    '-subj',
    '/CN=test',
  ];
  execFileSync('openssl', ['req', '-x509', ...made], { stdio: 'pipe' });
  return { keyFile, pem: readFileSync(certFile, 'utf8') };
}
