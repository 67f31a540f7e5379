// Scripts: what happens to the next good pushes instead of plain success. A script is a list of rules, the first that
// matches decides. Rules act on requests that passed the provider's checks, so a script never hides a fault of the sender.
import { type ProviderName, providerNames, type Refusal } from './simulator.ts';

/**
 * `lost` delivers and breaks the connection before the answer; `reset` breaks it without delivering, and takes along
 * whatever else is under way on it; `resetStream` ends this one request alone, which HTTP/1.1 can't. `hold` delivers and
 * answers as usual, once what is held is released; `holdGone` then answers that the address is gone.
 */
export const outcomeNames = [
  'gone',
  'reset',
  'resetStream',
  'goaway',
  'duplicate',
  'hang',
  'hold',
  'holdGone',
  'lost',
] as const;
export type OutcomeName = (typeof outcomeNames)[number];

export type Outcome =
  | OutcomeName
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as it is; without it the provider's own form for that status and reason. */
      readonly body?: string;
      readonly reason?: string;
    }
  /** Status 429 unless told otherwise. */
  | { readonly retryAfterSeconds: number; readonly status?: number }
  /** Delivered and answered as usual, that much later. */
  | { readonly delayMs: number };

export interface Rule {
  readonly match?: {
    readonly provider?: ProviderName;
    /** As in the delivered push. */
    readonly address?: string;
    /** The path without its query. Also matches what is no push, such as a token request. */
    readonly path?: string;
  };
  /** How many times it acts; default: for ever. */
  readonly times?: number;
  /** The share of the matching requests that it acts on, 0 to 1; default: all. Drawn from the seeded random. */
  readonly share?: number;
  readonly then: Outcome;
}

/** The rule for that outcome, for linters that refuse to see a `then` in code. */
export function rule(outcome: Outcome, rest: Omit<Rule, 'then'> = {}): Rule {
  // biome-ignore lint/suspicious/noThenProperty: a rule is data, as JSON gives it, and never awaited
  return { ...rest, then: outcome };
}

/** A request that a provider found good; the address is null when it is no push. */
export interface Scripted {
  readonly provider: ProviderName;
  readonly address: string | null;
  readonly path: string;
}

export class Script {
  #rules: { readonly rule: Rule; left: number }[] = [];
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  replace(rules: readonly Rule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }));
  }

  /** What the first matching rule says, which is one use of it; null: plain success. */
  next(request: Scripted): Outcome | null {
    for (const each of this.#rules) {
      if (each.left <= 0 || !matches(each.rule, request)) continue;
      if (each.rule.share !== undefined && this.#random() >= each.rule.share) continue;
      each.left -= 1;
      return each.rule.then;
    }
    return null;
  }
}

function matches({ match = {} }: Rule, { provider, address, path }: Scripted): boolean {
  if (address === null && match.path === undefined) return false;
  return (
    (match.provider === undefined || match.provider === provider) &&
    (match.address === undefined || match.address === address) &&
    (match.path === undefined || match.path === path)
  );
}

/** The refusal that an outcome stands for; null when it is none. */
export function refusalOf(outcome: Outcome): Refusal | null {
  if (outcome === 'gone') return { kind: 'gone' };
  if (typeof outcome === 'string' || 'delayMs' in outcome) return null;
  if ('retryAfterSeconds' in outcome) {
    const { retryAfterSeconds, status = 429 } = outcome;
    return { kind: 'status', status, reason: null, retryAfterSeconds };
  }
  return { kind: 'status', status: outcome.status, reason: outcome.reason ?? null, retryAfterSeconds: null };
}

/** Reads rules as they come over HTTP; throws an Error whose message says what is wrong and where. */
export function readRules(value: unknown): Rule[] {
  if (!Array.isArray(value)) throw new Error('a script is an array of rules');
  return value.map((each, index) => readRule(each, `[${index}]`));
}

const members: Readonly<Record<string, (value: unknown) => boolean>> = {
  times: (value) => Number.isInteger(value) && (value as number) >= 0,
  share: (value) => isNumber(value) && value <= 1,
  'match.provider': (value) => providerNames.some((name) => name === value),
  'match.address': isText,
  'match.path': isText,
  'then.status': isStatus,
  'then.headers': (value) => isObject(value) && Object.values(value).every(isText),
  'then.body': isText,
  'then.reason': isText,
  'then.retryAfterSeconds': isNumber,
  'then.delayMs': isNumber,
};
const shapes: readonly (readonly string[])[] = [
  ['status', 'headers', 'body', 'reason'],
  ['retryAfterSeconds', 'status'],
  ['delayMs'],
];

function readRule(value: unknown, at: string): Rule {
  if (!isObject(value)) throw new Error(`${at} must be an object`);
  const { match, then, ...rest } = value;
  checkMembers(rest, '', at);
  if (match !== undefined) checkMembers(match, 'match.', at);
  if (!outcomeNames.some((name) => name === then)) readOutcome(then, at);
  return value as unknown as Rule;
}

function readOutcome(then: unknown, at: string): void {
  const names = isObject(then) ? Object.keys(then) : [];
  const shape = shapes.find(([first, ...others]) => {
    return names.includes(first as string) && names.every((name) => name === first || others.includes(name));
  });
  const words = outcomeNames.map((name) => `"${name}"`).join(', ');
  if (!shape)
    throw new Error(`${at}.then must be ${words}, or an object with status, retryAfterSeconds or delayMs`);
  checkMembers(then, 'then.', at);
}

function checkMembers(value: unknown, prefix: string, at: string): void {
  if (!isObject(value)) throw new Error(`${at}.${prefix.slice(0, -1)} must be an object`);
  for (const [name, member] of Object.entries(value)) {
    const check = members[prefix + name];
    if (!check) throw new Error(`${at}.${prefix}${name} is unknown`);
    if (!check(member)) throw new Error(`${at}.${prefix}${name} has no usable value`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599;
}

/** Mulberry32: small, and the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
