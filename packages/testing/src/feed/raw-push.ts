// A push provider that checks nothing: it keeps each request as it came and answers that it took it, so that a test reads the
// bytes of the hub and not what a simulator made of them. What browsers get is opened with http_ece, an implementation of
// RFC 8188 and RFC 8291 that is not ours.
//   await using service = await openRawPush();
//   await subscribe(hub, { channel: webPushChannel(service.url, 'phone'), … });
//   const { notification } = readWebPush((await service.next('/phone')).body);
import { createECDH } from 'node:crypto';
import { createRequire } from 'node:module';
import { serveHttp1, serveHttp2, type TestServer } from '../machine/http-servers.ts';
import { until } from '../machine/until.ts';
import { webPushKeys, webPushPrivateKey } from './web-push-keys.ts';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface RawPush extends TestServer {
  readonly requests: readonly RawRequest[];
  /** Waits for the next request on a path that begins so, and takes it. */
  next(path: string): Promise<RawRequest>;
}

interface Ece {
  decrypt(body: Buffer, options: object): Buffer;
}

const ece: Ece = createRequire(import.meta.url)('http_ece');

/** The token of whoever asks for one. */
const accessToken = JSON.stringify({ access_token: 'raw', token_type: 'Bearer', expires_in: 86_400 });

const isToken = (path: string) => path.endsWith('/token');

/** What each provider answers to what it takes; WNS says it in a header. */
const taken = { status: 200, headers: { 'x-wns-status': 'received', 'content-type': 'application/json' } };

export async function openRawPush(protocol: 'http1' | 'http2' = 'http1'): Promise<RawPush> {
  const requests: RawRequest[] = [];
  const take = (from: AsyncIterable<Buffer>, head: Omit<RawRequest, 'body'>, end: (text: string) => void) =>
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of from) chunks.push(chunk);
      requests.push({ ...head, body: Buffer.concat(chunks) });
      end(isToken(head.path) ? accessToken : '{"name":"projects/bells-1/messages/1"}');
    })();
  const server =
    protocol === 'http1'
      ? await serveHttp1((request, response) => {
          const { method = '', url: path = '', headers } = request;
          take(request, { method, path, headers }, (text) =>
            response.writeHead(taken.status, taken.headers).end(text),
          );
        })
      : await serveHttp2((stream, { ':method': method = '', ':path': path = '', ...headers }) => {
          take(stream, { method, path, headers }, (text) => {
            stream.respond({ ':status': taken.status, ...taken.headers });
            stream.end(text);
          });
        });
  const next: RawPush['next'] = async (path) => {
    const found = () => requests.findIndex((each) => each.path.startsWith(path));
    await until(() => found() >= 0, `a push to ${path}`);
    const [request] = requests.splice(found(), 1);
    return request!;
  };
  return Object.assign(server, { requests, next });
}

export const webPushChannel = (url: string, name: string) => ({
  ...{ type: 'webPush', endpoint: `${url}/${name}`, keys: webPushKeys },
});

/** As text, as a browser with `webPushKeys` has it. */
export function readWebPush(body: Buffer): string {
  const privateKey = createECDH('prime256v1');
  privateKey.setPrivateKey(webPushPrivateKey, 'base64url');
  const authSecret = webPushKeys.auth;
  return ece.decrypt(body, { version: 'aes128gcm', privateKey, authSecret }).toString();
}
