// The headers of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks): an id that stays the same when
// the same is sent again, the time of the attempt, and a signature for each secret that counts.
import { createHmac, randomBytes } from 'node:crypto';
import type { SigningSecret } from '../model/change-subscription.ts';

const prefix = 'whsec_';

export function makeSigningSecret(): SigningSecret {
  return { text: prefix + randomBytes(32).toString('base64'), until: null };
}

export interface Signed {
  readonly id: string;
  readonly body: string;
  readonly secrets: readonly SigningSecret[];
  readonly now: number;
}

export function signedHeaders({ id, body, secrets, now }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets
    .filter(({ until }) => until === null || until > now)
    .map(({ text }) => {
      const key = Buffer.from(text.slice(prefix.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
