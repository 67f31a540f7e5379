// Pushes to browsers, and to whatever else registers with an RFC 8030 service, such as UnifiedPush. The endpoint was
// given by the device, so that it is never trusted; no credentials of the app are used, the hub signs with its own key.

import { createECDH } from 'node:crypto';
import { isRefusedByApple } from '../contact.ts';
import type {
  AppPages,
  ChannelServices,
  CredentialCheck,
  HubIdentity,
  Outcome,
  PushChannel,
  Wait,
} from '../contract.ts';
import { answeredOutcome, unansweredOutcome } from '../outcome.ts';
import { membersOf } from '../shown.ts';
import type { WebPushAddress } from './address.ts';
import { type Encryptor, openEncryptor } from './encryptor.ts';
import { type WebPush, type WebPushPayload, webPushPayload } from './payload.ts';
import { openVapidTokens, type VapidTokens } from './token.ts';
import { readWebPushAnswer } from './verdicts.ts';

export function openWebPushChannel(services: ChannelServices): PushChannel<WebPushAddress> {
  const { identity, now } = services;
  const tokens = openVapidTokens({ keys: identity.keys, subject: identity.contact, now });
  const encryptor = openEncryptor();
  const connected = { ...services, tokens, encryptor };
  return {
    describe(push) {
      const { headers, plaintext, truncated, dropped } = webPushPayload(push, services.pages);
      return { method: 'POST', headers, body: JSON.parse(plaintext), truncated, dropped };
    },
    send: (push) => send(push, connected),
    check: async () => judge(identity),
    async close() {
      tokens.close();
      await encryptor.close();
    },
  };
}

interface Connected extends ChannelServices {
  readonly tokens: VapidTokens;
  readonly encryptor: Encryptor;
}

async function send(push: WebPush, services: Connected): Promise<Outcome> {
  // Browsers demand that every push shows something, and take the permission from a page that doesn't.
  if (push.kind === 'clear') return refused('notPushed', 'content');
  const { endpoint, keys } = push.channel;
  const origin = URL.parse(endpoint)?.origin;
  if (!origin || origin === 'null') return refused('endpointUnusable', 'address');
  const place = { endpoint, origin, keys, wait: push.wait };
  const payload = webPushPayload(push, services.pages);
  const first = await post(place, payload, services);
  if (first === null) return refused('keysUnusable', 'address');
  const other =
    first.again === null ? null : inOtherForm(push, payload, { again: first.again, pages: services.pages });
  if (!other) return first.outcome;
  const second = await post(place, other, services);
  return second?.outcome ?? first.outcome;
}

/** Once more in the form that the service may take; null when it was in that form. */
function inOtherForm(
  push: WebPush,
  { headers, visual, ...payload }: WebPushPayload,
  { again, pages }: { readonly again: 'asTap' | 'longer'; readonly pages: AppPages },
): WebPushPayload | null {
  if (again === 'longer') {
    const longer = {
      ttl: String(Math.max(Number(headers.ttl), longerSeconds)),
      'x-wns-cache-policy': 'cache',
    };
    return { ...payload, visual, headers: { ...headers, ...longer } };
  }
  if (!visual || !push.visual) return null;
  const dropped = membersOf(push.visual);
  return { ...webPushPayload({ ...push, visual: null }, pages), truncated: true, dropped };
}

const longerSeconds = 60;

interface Place {
  readonly endpoint: string;
  readonly origin: string;
  readonly keys: WebPushAddress['keys'];
  readonly wait: Wait | undefined;
}

/** Null when nothing can be encrypted for the keys. */
async function post(
  { endpoint, origin, keys, wait }: Place,
  { headers, plaintext, truncated, dropped }: WebPushPayload,
  { transport, tokens, encryptor, now }: Connected,
): Promise<{ outcome: Outcome; again: 'asTap' | 'longer' | null } | null> {
  const body = await encryptor.encrypt(plaintext, keys);
  if (!body) return null;
  const answer = await transport.request({
    method: 'POST',
    url: endpoint,
    headers: { ...headers, authorization: tokens.authorization(origin) },
    body,
    wait,
    trusted: false,
    http2Only: false,
  });
  if ('failure' in answer)
    return { outcome: unansweredOutcome(answer, { truncated, blame: 'provider' }), again: null };
  const { line, ...read } = readWebPushAnswer(answer, truncated, now());
  const outcome = { ...read.outcome, dropped };
  if (line.tokenRefused) tokens.forget(origin);
  return { outcome, again: line.again ?? null };
}

/** No push service tells without a subscription: what can be known is whether the keys are a pair, and whom the token names. */
function judge({ keys, contact }: HubIdentity): CredentialCheck {
  if (!isPair(keys))
    return { ok: false, message: 'The hub’s VAPID keys are no pair: restore the registry from a backup.' };
  const names = `Pushes are signed with the hub’s own key pair and name ${contact} as their contact.`;
  if (!isRefusedByApple(contact)) return { ok: true, message: names };
  return {
    ok: false,
    message: `${names} Apple refuses it, since its host is not public: set --push-contact.`,
  };
}

function isPair({ publicKey, privateKey }: HubIdentity['keys']): boolean {
  try {
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    return pair.getPublicKey('base64url') === publicKey;
  } catch {
    return false;
  }
}

/** Before anything is sent. */
function refused(reason: string, blame: 'address' | 'content'): Outcome {
  const line = { verdict: 'refused', blame } as const;
  const outcome = answeredOutcome({ line, response: nothing, reason, truncated: false, now: 0 });
  return { ...outcome, status: null };
}

const nothing = { status: 0, headers: {}, body: '' };
