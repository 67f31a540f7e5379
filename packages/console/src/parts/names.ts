// What channels, platforms and ends of deliveries are called in front of an operator. Channels and platforms keep the vendors'
// names in every language; a name that is not here is shown as the hub wrote it.
import type { ConsoleMessages } from '@carillon/words';
import { text } from '../language.ts';

const channels: Readonly<Record<string, string>> = {
  apns: 'APNs',
  fcm: 'FCM',
  wns: 'WNS',
  webPush: 'Web Push',
};

const platforms: Readonly<Record<string, string>> = {
  android: 'Android',
  ios: 'iOS',
  windows: 'Windows',
  webPush: 'Web',
};

/** Of a status, or of what a provider answered. */
const ends: Readonly<Record<string, keyof ConsoleMessages>> = {
  pending: 'stPending',
  sent: 'stSent',
  accepted: 'stAccepted',
  fetched: 'evFetched',
  shown: 'evShown',
  acted: 'evActed',
  withdrawn: 'evWithdrawn',
  expired: 'evExpired',
  failed: 'evFailed',
  gone: 'evGone',
  skipped: 'evSkipped',
  retry: 'stRetry',
  throttled: 'stThrottled',
  refused: 'stRefused',
};

export type Tone = 'good' | 'warn' | 'bad' | '';

const tones: Readonly<Record<string, Tone>> = {
  accepted: 'good',
  fetched: 'good',
  shown: 'good',
  acted: 'good',
  answered: 'good',
  failed: 'bad',
  gone: 'bad',
  refused: 'bad',
  pending: 'warn',
  retry: 'warn',
  throttled: 'warn',
  skipped: 'warn',
  expired: 'warn',
};

export function channelName(kind: string | null): string {
  return kind === null ? '–' : (channels[kind] ?? kind);
}

export function platformName(type: string | null): string {
  return type === null ? '–' : (platforms[type] ?? type);
}

export function endName(end: string): string {
  const key = ends[end];
  return key === undefined ? end : text(key);
}

export function toneOf(end: string): Tone {
  return tones[end] ?? '';
}
