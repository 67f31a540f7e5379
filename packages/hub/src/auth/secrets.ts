// The secrets under which the hub seals and signs what it gives out and takes back: one for cookies, refresh tokens and
// one-time links of the embedded provider, one for cursors, tickets, page tokens and UNS-IDs. Each is a list, for rotation:
// a new secret opens at once and seals a moment later, when every node has it; the one before opens until its end.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Secrets } from '../lib/seal.ts';
import { invalid } from '../model/errors.ts';
import type { AuditedWrites, KeyName, Registry } from '../store/registry.ts';

export type SecretName = 'cookie' | 'sealing';

interface StoredSecret {
  readonly key: string;
  readonly sealsFrom: number;
  /** Null: it has no end yet. */
  readonly until: number | null;
}

interface Kind {
  /** The fact that holds the first one alone. */
  readonly first: string;
  readonly list: KeyName;
  readonly encoding: 'base64' | 'base64url';
  /** How long what was made under the one before is good. */
  readonly keptMs: number;
}

const dayMs = 24 * 3600_000;
const kinds: Readonly<Record<SecretName, Kind>> = {
  // A refresh token that nobody has spent for so long has ended.
  cookie: { first: 'provider-cookie-key', list: 'cookie-keys', encoding: 'base64url', keptMs: 90 * dayMs },
  // A device that came in the meantime has got its UNS-ID under the new one.
  sealing: { first: 'seal-key', list: 'sealing-keys', encoding: 'base64', keptMs: 400 * dayMs },
};
const leadMs = 3000;
const secretsMax = 8;

/** What commits first is the same for all processes, and is never replaced: the bus takes its name from it. */
export async function firstSecret(
  name: SecretName,
  meta: Pick<Registry['meta'], 'readOrMake'>,
): Promise<Buffer> {
  const { first, encoding } = kinds[name];
  const made = await meta.readOrMake(first, () => randomBytes(32).toString(encoding));
  return Buffer.from(made, encoding);
}

export async function openSecrets(
  name: SecretName,
  { meta, keys }: Pick<Registry, 'meta' | 'keys'>,
  clock: Pick<Clock, 'now'>,
): Promise<Secrets> {
  const first = await firstSecret(name, meta);
  let present = { text: '', endsAt: 0, secrets: [first] };
  return () => {
    const text = keys.find(kinds[name].list);
    if (text === null) return present.secrets;
    const now = clock.now();
    if (present.text !== text || now >= present.endsAt) present = presentOf(text, now);
    return present.secrets;
  };
}

function presentOf(text: string, now: number) {
  const living = livingAt(JSON.parse(text), now);
  const sealing = living.filter(({ sealsFrom }) => sealsFrom <= now);
  const ordered = [...sealing, ...living.filter(({ sealsFrom }) => sealsFrom > now)];
  const moments = living.flatMap(({ sealsFrom, until }) => [sealsFrom, until ?? 0]);
  return {
    text,
    endsAt: Math.min(...moments.filter((at) => at > now), Number.POSITIVE_INFINITY),
    secrets: ordered.map(({ key }) => Buffer.from(key, 'base64')),
  };
}

function livingAt(stored: readonly StoredSecret[], now: number): StoredSecret[] {
  return stored.filter(({ until }) => until === null || until > now);
}

export interface RotatedSecret {
  readonly sealsFrom: number;
  readonly othersUntil: number;
}

/** The newest first. `endsOthers`: what was made under those before is void. */
export async function rotateSecret(
  name: SecretName,
  { keys, meta }: Pick<AuditedWrites, 'keys' | 'meta'>,
  { now, endsOthers }: { readonly now: number; readonly endsOthers: boolean },
): Promise<RotatedSecret> {
  const { list, keptMs } = kinds[name];
  const text = await keys.findToChange(list);
  const first = { key: (await firstSecret(name, meta)).toString('base64'), sealsFrom: 0, until: null };
  const before = endsOthers ? [] : livingAt(text === null ? [first] : JSON.parse(text), now);
  if (before.length >= secretsMax)
    throw invalid(
      `${secretsMax} ${name} keys are in use already: end them with --now, or wait until one has ended.`,
    );
  const sealsFrom = endsOthers ? now : now + leadMs;
  const othersUntil = endsOthers ? now : sealsFrom + keptMs;
  const made = { key: randomBytes(32).toString('base64'), sealsFrom, until: null };
  const ended = before.map((each) => ({ ...each, until: each.until ?? othersUntil }));
  await keys.put(list, JSON.stringify([made, ...ended] satisfies StoredSecret[]));
  return { sealsFrom, othersUntil };
}
