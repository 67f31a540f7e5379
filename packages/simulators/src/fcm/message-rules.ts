// What FCM wants of a well-formed message ("Resource: Message" and "ErrorCode" of its REST reference): one target, no
// reserved data keys, a time to live of four weeks at most, 4096 bytes of payload (2048 for a topic).
import type { FieldViolation } from './errors.ts';

const maxBytes = { token: 4096, topic: 2048, condition: 2048 } as const;
const maxTtlSeconds = 4 * 7 * 24 * 3600;
const targets = ['token', 'topic', 'condition'] as const;
const reservedKey = /^(from|message_type|gcm|(google|gcm)\..*)$/;

export interface FcmMessage {
  readonly token?: string;
  readonly topic?: string;
  readonly condition?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly notification?: object;
  readonly android?: {
    readonly ttl?: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly notification?: object;
  };
}

export interface Target {
  readonly kind: (typeof targets)[number];
  readonly name: string;
}

export function targetOf(message: FcmMessage): Target | FieldViolation {
  const named = targets.filter((kind) => typeof message[kind] === 'string' && message[kind] !== '');
  const [kind] = named;
  if (kind === undefined) return { field: 'message', description: 'Recipient of the message is not set.' };
  if (named.length === 1) return { kind, name: message[kind] as string };
  const description = `Invalid value at 'message' (oneof), oneof field 'target' is already set. Cannot set '${named[1]}'`;
  return { field: 'message', description };
}

/** The first fault; null when FCM takes the message. */
export function judgeMessage(message: FcmMessage, { kind, name }: Target): FieldViolation | null {
  if (kind === 'topic' && !/^[\w.~%-]+$/.test(name)) {
    return { field: 'message.topic', description: 'Invalid topic name.' };
  }
  return (
    judgeData(message.data, 'message.data') ??
    judgeData(message.android?.data, 'message.android.data') ??
    judgeTtl(message.android?.ttl) ??
    judgeSize(message, maxBytes[kind])
  );
}

function judgeData(
  data: Readonly<Record<string, string>> | null | undefined,
  field: string,
): FieldViolation | null {
  const reserved = Object.keys(data ?? {}).find((key) => reservedKey.test(key));
  return reserved === undefined ? null : { field, description: `Invalid data payload key: ${reserved}` };
}

function judgeTtl(ttl: string | null | undefined): FieldViolation | null {
  if (ttl === undefined || ttl === null) return null;
  const seconds = Number(ttl.slice(0, -1));
  if (seconds >= 0 && seconds <= maxTtlSeconds) return null;
  const description = `Invalid ttl: it must be from 0 to ${maxTtlSeconds} seconds.`;
  return { field: 'message.android.ttl', description };
}

function judgeSize({ data, notification, android }: FcmMessage, max: number): FieldViolation | null {
  const bytes = sizeOf(android?.data ?? data ?? {}) + sizeOf({ ...notification, ...android?.notification });
  if (bytes <= max) return null;
  const description = `Android message is too big: ${bytes} bytes, at most ${max} are allowed.`;
  return { field: 'message', description };
}

/** Of keys and values. */
function sizeOf(members: object): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(members)) {
    bytes +=
      Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return bytes;
}
