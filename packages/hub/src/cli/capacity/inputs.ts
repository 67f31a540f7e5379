// The inputs, each with its default, its bounds and what it means. A value that can't be used is an error
// that says what would be right.
import { type PlatformType, platformTypes } from '@carillon/protocol';
import { recordOf } from '../../lib/record.ts';

export const transports = ['websocket', 'sse', 'websocket-tls', 'sse-tls', 'http2-tls'] as const;
export type Transport = (typeof transports)[number];

export interface NumberInput {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly about: string;
}

const whole = (fallback: number, min: number, max: number, about: string): NumberInput => ({
  ...{ fallback, min, max, about },
  whole: true,
});
const real = (fallback: number, min: number, max: number, about: string): NumberInput => ({
  ...{ fallback, min, max, about },
  whole: false,
});

export const numberInputs = {
  users: whole(100_000, 1, 10_000_000_000, 'users with a feed'),
  devices: real(2, 0, 100, 'devices of a user that can be pushed to'),
  rate: real(10, 0, 100_000, 'notifications a user gets in a day'),
  peak: real(5, 1, 1000, 'the busiest minute against the average of a day'),
  online: real(0.1, 0, 1, 'share of the devices that have a stream open at the peak'),
  handled: real(0.8, 0, 10, 'changes of state for each notification'),
  content: whole(300, 1, 65_536, 'bytes of content of a notification'),
  days: real(7, 0.01, 30, 'days until a notification expires'),
  apps: whole(
    1,
    1,
    100_000,
    'apps with a Firebase project and an Apple team of their own that all this is spread over',
  ),
  answer: real(100, 1, 10_000, 'milliseconds until a push service answers'),
  memory: real(2, 0.25, 1024, 'GiB of memory of a hub'),
  busy: real(0.6, 0.05, 0.95, "share of a hub's main thread that may be busy at the peak"),
  checkpoint: real(15, 0.5, 1440, 'minutes between checkpoints of PostgreSQL'),
  compression: real(1, 1, 10, 'how many times smaller wal_compression makes the images of pages'),
} as const satisfies Record<string, NumberInput>;

export type NumberName = keyof typeof numberInputs;

export const numberNames: readonly NumberName[] = Object.keys(numberInputs).filter(isNumberName);

function isNumberName(name: string): name is NumberName {
  return Object.hasOwn(numberInputs, name);
}

export interface CapacityInputs extends Readonly<Record<NumberName, number>> {
  readonly transport: Transport;
  /** Shares that add up to 1. */
  readonly platforms: Readonly<Record<PlatformType, number>>;
}

export const defaultPlatforms = 'ios=45,android=45,windows=5,webPush=5';

/** The texts of the command line, by option name; what is absent has its default. */
export function readInputs(texts: Readonly<Record<string, string | undefined>>): CapacityInputs {
  return {
    ...recordOf(numberNames, (name) => readNumber(name, texts[name])),
    transport: readTransport(texts.transport ?? 'sse'),
    platforms: readPlatforms(texts.platforms ?? defaultPlatforms),
  };
}

function readNumber(name: NumberName, text: string | undefined): number {
  const input: NumberInput = numberInputs[name];
  if (text === undefined) return input.fallback;
  const value = /^\d[\d_]*(\.\d+)?(e\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  const fits = value >= input.min && value <= input.max && (!input.whole || Number.isInteger(value));
  if (fits) return value;
  const kind = input.whole ? 'a whole number' : 'a number';
  throw new Error(`--${name} "${text}" must be ${kind} from ${input.min} to ${input.max}: ${input.about}`);
}

function readTransport(text: string): Transport {
  const found = transports.find((each) => each === text);
  if (found) return found;
  throw new Error(`--transport "${text}" must be one of ${transports.join(', ')}`);
}

function readPlatforms(text: string): Record<PlatformType, number> {
  const shares = recordOf(platformTypes, () => 0);
  for (const part of text.split(',')) {
    const [name = '', share = ''] = part.trim().split('=');
    const platform = platformTypes.find((each) => each === name);
    const value = /^\d+(\.\d+)?$/.test(share) ? Number(share) : Number.NaN;
    if (!platform || Number.isNaN(value)) throw new Error(platformsError(text));
    shares[platform] = value;
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum === 0) throw new Error(platformsError(text));
  for (const platform of platformTypes) shares[platform] /= sum;
  return shares;
}

function platformsError(text: string): string {
  return `--platforms "${text}" must be shares such as ${defaultPlatforms}; platforms are ${platformTypes.join(', ')}`;
}
