// Identifiers: UUID version 7 (RFC 9562, section 5.7), rising within a process as far as they may run ahead of the clock. So
// ids of one user sort in the order of creation, and their index grows at its end.
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** How far ids run ahead of the clock, so that they rise though it was set back. */
export const idsAheadMaxMs = 3_600_000;

/** A source of version 7 UUIDs: 48 bits of time, a 12-bit counter, 62 random bits. They rise, unless the clock goes back by more. */
export function openUuidSource(clock: Clock, random: (size: number) => Buffer = randomBytes): () => string {
  let lastMs = 0;
  let counter = 0;
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    const now = clock.now();
    if (now > lastMs || now < lastMs - idsAheadMaxMs) {
      lastMs = now;
      counter = 0;
    } else if (++counter > 0xfff) {
      lastMs++; // more than 4 096 in a millisecond, or the clock went back: run ahead of it
      counter = 0;
    }
    if (used + 8 > pool.length) {
      pool = random(4096);
      used = 0;
    }
    const tail = pool.toString('hex', used, used + 8);
    used += 8;
    const variant = '89ab'[Number.parseInt(tail[0] as string, 16) & 3];
    return formatUuid(lastMs, counter, `${variant}${tail.slice(1, 4)}-${tail.slice(4)}`);
  };
}

/** The version 7 UUID right after another, with the random part of `id`. */
export function uuidAfter(before: string, id: string): string {
  const counter = Number.parseInt(before.slice(15, 18), 16) + 1;
  const time = uuidTime(before) + (counter > 0xfff ? 1 : 0);
  return formatUuid(time, counter & 0xfff, id.slice(19));
}

/** The same with 12 bits of the caller's in place of its last ones, which leaves 50 random bits. */
export function markUuid(uuid: string, mark: number): string {
  return `${uuid.slice(0, -3)}${mark.toString(16).padStart(3, '0')}`;
}

/** The 12 bits, if it was marked. */
export function uuidMark(uuid: string): number {
  return Number.parseInt(uuid.slice(-3), 16);
}

function formatUuid(timeMs: number, counter: number, tail: string): string {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail}`;
}

/** The creation time in a version 7 UUID, in milliseconds since 1970. */
export function uuidTime(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

const highestUuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Before all UUIDs of version 7 that were made then or later. */
export function uuidAtTime(timeMs: number): string {
  if (timeMs >= 2 ** 48) return highestUuid;
  const time = Math.max(timeMs, 0).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** The very next one. */
export function uuidSuccessor(uuid: string): string {
  if (uuid === highestUuid) return uuid;
  const hex = (BigInt(`0x${uuid.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return uuidFromBytes(Buffer.from(hex, 'hex'));
}

export function uuidToBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function uuidFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * A source of UUIDs of version 8 (RFC 9562, section 5.8) for request ids: random for the process, counted within it.
 * Unique, cheap and easy to guess, so an id must never grant anything.
 */
export function openRequestIds(random: (size: number) => Buffer = randomBytes): () => string {
  const hex = random(10).toString('hex');
  const prefix = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-`;
  let count = Number.parseInt(hex.slice(18), 16);
  return () => prefix + (++count).toString(16).padStart(12, '0');
}
