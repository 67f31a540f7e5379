// Web Push as other implementations know it: what the channel sends is opened by the reference library for the encrypted
// content encoding (http_ece) with a browser's keys, and differs from what the library `web-push` sends in nothing that
// a push service looks at.
import assert from 'node:assert/strict';
import { createECDH, createPublicKey, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import type { UserKey } from '../../../src/model/principal.ts';
import { makeVapidKeys, type VapidKeys, vapidJwk } from '../../../src/model/vapid.ts';
import type { Push, PushRequest } from '../../../src/push/channels/contract.ts';
import { openWebPushChannel } from '../../../src/push/channels/webpush/channel.ts';

type WebPush = Push<{ type: 'webPush'; endpoint: string; keys: { p256dh: string; auth: string } }>;

interface Ece {
  decrypt(body: Buffer, options: object): Buffer;
}

interface WebPushLibrary {
  generateRequestDetails(
    subscription: object,
    payload: string,
    options: object,
  ): { readonly method: string; readonly headers: Record<string, string>; readonly body: Buffer };
  getVapidHeaders(
    audience: string,
    subject: string,
    publicKey: string,
    privateKey: string,
    encoding: 'aes128gcm',
  ): { readonly Authorization: string };
}

const require = createRequire(import.meta.url);
const ece = require('http_ece') as Ece;
const library = require('web-push') as WebPushLibrary;

const now = Date.now();
const subject = 'mailto:ops@hub.example';
const origin = 'https://push.example';
const id = '0199d1f4-0000-7000-8000-000000000001';

function makeBrowser() {
  const keyPair = createECDH('prime256v1');
  const keys = {
    p256dh: keyPair.generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
  };
  const decrypt = (body: Buffer) =>
    ece.decrypt(body, { version: 'aes128gcm', privateKey: keyPair, authSecret: keys.auth });
  return { keys, decrypt };
}

function pushTo(keys: WebPush['channel']['keys'], given: Partial<WebPush> = {}): WebPush {
  return {
    kind: 'notify',
    platform: 'webPush',
    registeredAt: 0,
    app: 'app',
    user: 'user' as UserKey,
    channel: { type: 'webPush', endpoint: `${origin}/push/1`, keys },
    visual: { title: 'Größe 漢字 👍', body: 'It leaves today' },
    notification: { id, groupName: null, priority: 'Low', expires: now + 60_000, displayUntil: null },
    unreadCount: 1,
    close: [],
    now,
    ...given,
  };
}

/** What the channel asks the network to send. */
async function sent(push: WebPush, vapid: VapidKeys = makeVapidKeys()): Promise<PushRequest> {
  const requests: PushRequest[] = [];
  const channel = openWebPushChannel({
    identity: { keys: vapid, contact: subject },
    pages: { linkTo: () => 'https://hub.example/inbox', tapTitle: () => null, clickAction: () => null },
    now: () => now,
    credentials: () => null,
    transport: {
      request: async (request) => {
        requests.push(request);
        return { status: 201, headers: {}, body: '' };
      },
      close: async () => {},
    },
  });
  assert.equal((await channel.send(push)).verdict, 'accepted');
  await channel.close();
  return requests[0]!;
}

async function readToken(authorization: string, keys: VapidKeys) {
  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization) ?? [];
  assert.equal(key, keys.publicKey);
  const { d: _, ...jwk } = vapidJwk(keys);
  return jwtVerify(token!, createPublicKey({ key: jwk, format: 'jwk' }), { audience: origin });
}

test('http_ece opens visual pushes and taps of every size with the keys of a browser', async () => {
  const { keys, decrypt } = makeBrowser();
  const pushes = [
    pushTo(keys),
    pushTo(keys, { visual: null }),
    pushTo(keys, { close: Array.from({ length: 40 }, () => id) }),
    pushTo(keys, { visual: { title: 'T', body: 'b'.repeat(3600) } }),
    pushTo(keys, { visual: { title: 'T', body: 'b'.repeat(4096) } }),
  ];
  const kinds: unknown[] = [];
  for (const push of pushes) {
    const { body } = await sent(push);
    assert.ok(Buffer.isBuffer(body) && body.length <= 4096);
    const payload = JSON.parse(decrypt(body).toString());
    kinds.push((payload.carillon ?? payload).kind);
  }
  assert.deepEqual(kinds, ['visual', 'tap', 'visual', 'visual', 'tap']);
});

test('a browser sees the text unharmed, and another browser nothing', async () => {
  const { keys, decrypt } = makeBrowser();
  const { body } = await sent(pushTo(keys));
  assert.equal(JSON.parse(decrypt(body as Buffer).toString()).notification.title, 'Größe 漢字 👍');
  assert.throws(() => makeBrowser().decrypt(body as Buffer));
});

test('the library web-push sends the same head for the same message', async () => {
  const vapid = makeVapidKeys();
  const push = pushTo(makeBrowser().keys);
  const ours = await sent(push, vapid);
  const theirs = library.generateRequestDetails(push.channel, 'x', {
    vapidDetails: { subject, ...vapid },
    contentEncoding: 'aes128gcm',
    TTL: Number(ours.headers.ttl),
    urgency: ours.headers.urgency,
    topic: ours.headers.topic,
  });
  const { 'content-length': _, authorization: __, ...head } = lowerCase(theirs.headers);
  const { authorization: ___, ...ourHead } = ours.headers;
  assert.deepEqual(ourHead, head);
  assert.equal(ours.method, theirs.method);
});

test("web-push takes the hub's key pair, and both sign tokens of one form that verify under it", async () => {
  const vapid = makeVapidKeys();
  const { Authorization } = library.getVapidHeaders(
    origin,
    subject,
    vapid.publicKey,
    vapid.privateKey,
    'aes128gcm',
  );
  const theirs = await readToken(Authorization, vapid);
  const ours = await readToken((await sent(pushTo(makeBrowser().keys), vapid)).headers.authorization!, vapid);
  assert.deepEqual(formOf(ours), formOf(theirs));
});

function formOf({
  payload,
  protectedHeader,
}: {
  payload: JWTPayload;
  protectedHeader: ProtectedHeaderParameters;
}) {
  const { exp, ...claims } = payload;
  assert.equal(typeof exp, 'number');
  return { claims, protectedHeader };
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
