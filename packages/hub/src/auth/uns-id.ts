// The UNS-ID: a subscription's name on the wire and an unguessable capability. It seals the user and 128 random bits,
// so that it is found with one look-up, reveals nothing, and needs no secret in the store. Never logged.
import { openSeal, type Secrets } from '../lib/seal.ts';
import type { UserKey } from '../model/principal.ts';

export interface UnsIds {
  write(user: UserKey, subscriptionId: string): string;
  read(text: string): { user: UserKey; id: string } | null;
}

const keyBytes = 16;

export function openUnsIds(secret: Buffer | Secrets): UnsIds {
  // Steady, so that one subscription always has the same id.
  const seal = openSeal(secret, 'uns-id', { steady: true });
  return {
    write: (user, id) =>
      seal.seal(Buffer.concat([Buffer.from(user, 'base64url'), Buffer.from(id, 'base64url')])),
    read(text) {
      const plain = seal.open(text);
      if (plain?.length !== 2 * keyBytes) return null;
      return {
        user: plain.subarray(0, keyBytes).toString('base64url') as UserKey,
        id: plain.subarray(keyBytes).toString('base64url'),
      };
    },
  };
}
