// The thread that encrypts Web Push payloads: a posted message is a batch of them, its answer the bodies in the same order.
// It keeps nothing, so that it may end at any time (see encryptor.ts, which then encrypts by itself).
import { parentPort } from 'node:worker_threads';
import { type BrowserKeys, encrypt } from './encryption.ts';

export interface EncryptRequest {
  readonly plaintext: string;
  readonly keys: BrowserKeys;
}

export type EncryptAnswer = readonly (Uint8Array | null)[];

parentPort?.on('message', (batch: readonly EncryptRequest[]) => {
  const bodies: EncryptAnswer = batch.map(({ plaintext, keys }) => encrypt(Buffer.from(plaintext), keys));
  parentPort?.postMessage(bodies);
});
