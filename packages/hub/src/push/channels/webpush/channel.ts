// Pushes to browsers, and to whatever else registers with an RFC 8030 service, such as UnifiedPush. The endpoint was
// given by the device, so that it is never trusted; no credentials of the app are used, the hub signs with its own key.

import type { ChannelServices, Outcome, PushChannel, Wait } from '../contract.ts';
import { answeredOutcome, unansweredOutcome } from '../outcome.ts';
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
      const { headers, plaintext, truncated } = webPushPayload(push);
      return { method: 'POST', headers, body: JSON.parse(plaintext), truncated };
    },
    send: (push) => send(push, connected),
    check: () => null,
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
  const payload = webPushPayload(push);
  const body = await services.encryptor.encrypt(payload.plaintext, keys);
  if (!body) return refused('keysUnusable', 'address');
  return post({ endpoint, origin, payload, body, wait: push.wait }, services);
}

interface Encrypted {
  readonly endpoint: string;
  readonly origin: string;
  readonly payload: WebPushPayload;
  readonly body: Buffer;
  readonly wait: Wait | undefined;
}

async function post(
  { endpoint, origin, payload, body, wait }: Encrypted,
  { transport, tokens, now }: Connected,
): Promise<Outcome> {
  const { headers, truncated } = payload;
  const answer = await transport.request({
    method: 'POST',
    url: endpoint,
    headers: { ...headers, authorization: tokens.authorization(origin) },
    body,
    wait,
    trusted: false,
    http2Only: false,
  });
  if ('failure' in answer) return unansweredOutcome(answer, { truncated, blame: 'provider' });
  const { outcome, line } = readWebPushAnswer(answer, truncated, now());
  if (line.tokenRefused) tokens.forget(origin);
  return outcome;
}

/** Before anything is sent. */
function refused(reason: string, blame: 'address' | 'content'): Outcome {
  const line = { verdict: 'refused', blame } as const;
  const outcome = answeredOutcome({ line, response: nothing, reason, truncated: false, now: 0 });
  return { ...outcome, status: null };
}

const nothing = { status: 0, headers: {}, body: '' };
