// The signing keys of the embedded provider: RS256, 2048 bits, kept in the store, so that every process signs alike and
// tokens survive a restart. It is a list, for rotation: one signs and all of them verify. A new key is published a while
// before it signs, and an old one verifies until the last token that it signed has ended.
import { createHash, createPrivateKey, generateKeyPair, type JsonWebKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { invalid } from '../../model/errors.ts';
import type { Registry } from '../../store/registry.ts';
import { accessTokenSeconds } from './claims.ts';

interface SigningJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
}

export interface KeySet {
  readonly keys: readonly SigningJwk[];
}

/** In milliseconds since 1970; a key without any has always signed and has no end. */
interface Times {
  readonly signsFrom: number;
  readonly verifiesUntil: number | null;
}

/** The key that signs comes first, for versions of the hub that read no times. */
interface StoredKeys extends KeySet {
  readonly times?: Readonly<Record<string, Times>>;
}

export interface SigningKeys {
  /** Another one whenever a key was added, begins to sign or has ended. */
  readonly publicKeys: KeySet;
  /** The one that signs comes first. */
  readonly privateKeys: KeySet;
  /** A compact JWS over the claims, of an access token (RFC 9068) unless another type is named. */
  sign(claims: Readonly<Record<string, unknown>>, type?: string): string;
}

/** What holds until the stored keys are others, or a key's time comes. */
interface Present extends SigningKeys {
  readonly text: string;
  readonly endsAt: number;
}

const keyName = 'signing-keys';
/** Those that verify at once. */
const keysMax = 4;
/** A token may be accepted a little after its end. */
const lastTokenMs = (accessTokenSeconds + 600) * 1000;
const always: Times = { signsFrom: 0, verifiesUntil: null };

export async function openSigningKeys(
  { meta, keys }: Pick<Registry, 'meta' | 'keys'>,
  clock: Pick<Clock, 'now'> = systemClock,
): Promise<SigningKeys> {
  const made = await meta.readOrMake(keyName, async () => JSON.stringify({ keys: [await makeSigningKey()] }));
  let present: Present | null = null;

  function newest(): Present {
    const text = keys.find(keyName) ?? made;
    const now = clock.now();
    if (present?.text !== text || now >= present.endsAt) present = presentOf(text, now);
    return present;
  }

  newest();
  return {
    get publicKeys() {
      return newest().publicKeys;
    },
    get privateKeys() {
      return newest().privateKeys;
    },
    sign: (claims, type) => newest().sign(claims, type),
  };
}

function presentOf(text: string, now: number): Present {
  const { keys, times } = livingAt(JSON.parse(text), now);
  const [current] = keys;
  if (!current)
    throw new Error(`The stored signing keys (${keyName}) are empty; restore them from a backup.`);
  const key = createPrivateKey({ key: current, format: 'jwk' });
  const moments = keys.flatMap(({ kid }) => Object.values(timesOf(times, kid)));
  return {
    text,
    endsAt: Math.min(...moments.filter((at) => at !== null && at > now), Number.POSITIVE_INFINITY),
    publicKeys: { keys: keys.map(publicPart) },
    privateKeys: { keys },
    sign(claims, typ = 'at+jwt') {
      const signed = `${encode({ alg: current.alg, typ, kid: current.kid })}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

/** Without those that have ended; the one that signs first, those that are still to sign last. */
function livingAt({ keys, times = {} }: StoredKeys, now: number): Required<StoredKeys> {
  const living = keys.filter(({ kid }) => (timesOf(times, kid).verifiesUntil ?? now + 1) > now);
  const began = ({ kid }: SigningJwk): number => timesOf(times, kid).signsFrom;
  const signing = living.filter((key) => began(key) <= now).sort((a, b) => began(b) - began(a));
  const ordered = [...signing, ...living.filter((key) => began(key) > now)];
  return { keys: ordered, times: Object.fromEntries(ordered.map(({ kid }) => [kid, timesOf(times, kid)])) };
}

function timesOf(times: Readonly<Record<string, Times>>, kid: string): Times {
  return times[kid] ?? always;
}

export interface Rotation {
  readonly now: number;
  /** How long the new key is published before it signs. */
  readonly leadMs: number;
  /** The others end now, and with them every token that they signed. */
  readonly endsOthers: boolean;
}

export interface Rotated {
  readonly text: string;
  readonly keyId: string;
  readonly signsFrom: number;
  readonly othersUntil: number;
}

/** `made` is from `makeSigningKey`, since a transaction has no time for it. */
export function rotateSigningKeys(text: string | null, made: SigningJwk, rotation: Rotation): Rotated {
  const { now, leadMs, endsOthers } = rotation;
  const { keys, times } = livingAt(text === null ? { keys: [] } : JSON.parse(text), now);
  const signsFrom = endsOthers ? now : now + leadMs;
  const othersUntil = endsOthers ? now : signsFrom + lastTokenMs;
  const kept = endsOthers ? [] : keys;
  if (kept.length >= keysMax) {
    const firstEnd = Math.min(...kept.map(({ kid }) => timesOf(times, kid).verifiesUntil ?? othersUntil));
    const when = new Date(firstEnd).toISOString();
    throw invalid(`${keysMax} signing keys verify already: wait until ${when}, when the first of them ends.`);
  }
  const ended = kept.map(({ kid }) => {
    const { signsFrom: began, verifiesUntil } = timesOf(times, kid);
    return [kid, { signsFrom: began, verifiesUntil: verifiesUntil ?? othersUntil }] as const;
  });
  const stored: StoredKeys = {
    keys: signsFrom <= now ? [made, ...kept] : [...kept, made],
    times: { ...Object.fromEntries(ended), [made.kid]: { signsFrom, verifiesUntil: null } },
  };
  return { text: JSON.stringify(stored), keyId: made.kid, signsFrom, othersUntil };
}

export async function makeSigningKey(): Promise<SigningJwk> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: thumbprint(jwk), alg: 'RS256', use: 'sig' };
}

/** RFC 7638: the members in this order, without spaces. */
function thumbprint({ e, kty, n }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

function publicPart({ kty, n, e, kid, alg, use }: SigningJwk): SigningJwk {
  return { kty, n, e, kid, alg, use } as SigningJwk;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
