// A push service of browsers that refuses every push until it is mended, and the keys of a browser that is pushed to.
// It says when it has refused the first, and when it has accepted the first.
import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

export async function startPushService() {
  const [refused, accepted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isMended = false;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(isMended ? 201 : 400).end();
    (isMended ? accepted : refused).resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: refused.promise,
    accepted: accepted.promise,
    mend(): void {
      isMended = true;
    },
  };
}

export function webPushKeys() {
  const p256dh = createECDH('prime256v1').generateKeys('base64url', 'uncompressed');
  return { p256dh, auth: randomBytes(16).toString('base64url') };
}
