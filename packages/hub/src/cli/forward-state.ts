// How far `carillon listen` has come, and what it signs with. With a file it goes on there after a restart, under the same
// secret; without one it begins now. The file is replaced as a whole, so that a crash leaves the one before.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SigningSecret } from '../model/change-subscription.ts';
import { makeSigningSecret } from '../webhooks/signature.ts';

export interface ForwardState {
  readonly subscriptionId: string;
  readonly secret: SigningSecret;
  /** Null: from now. */
  readonly cursor: string | null;
  keep(cursor: string | null): void;
}

export function openForwardState(path: string | undefined): ForwardState {
  const kept = path !== undefined && existsSync(path) ? read(path) : null;
  const subscriptionId = kept?.subscriptionId ?? randomUUID();
  const secret = kept === null ? makeSigningSecret() : { text: kept.signingSecret, until: null };
  let cursor = kept?.cursor ?? null;
  return {
    ...{ subscriptionId, secret },
    get cursor() {
      return cursor;
    },
    keep(next) {
      cursor = next;
      if (path === undefined) return;
      const text = JSON.stringify({ subscriptionId, signingSecret: secret.text, cursor });
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}

/** Throws what is wrong with the file. */
function read(path: string) {
  const wrong = new Error(`${path} is no file of --state: name another one, or remove it.`);
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw wrong;
  }
  if (typeof stored !== 'object' || stored === null) throw wrong;
  const { subscriptionId, signingSecret, cursor } = stored as Record<string, unknown>;
  const isWhole =
    typeof subscriptionId === 'string' &&
    typeof signingSecret === 'string' &&
    signingSecret.startsWith('whsec_') &&
    (cursor === null || typeof cursor === 'string');
  if (!isWhole) throw wrong;
  return { subscriptionId, signingSecret, cursor };
}
