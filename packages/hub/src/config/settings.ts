// All settings of `carillon serve`, by part, and how one is spelled: `--name` (unless it is a secret), CARILLON_NAME, and
// `name` in the file.
import { busSettings } from './bus.ts';
import { dataSettings } from './data.ts';
import { developmentSettings } from './development.ts';
import { identitySettings } from './identity.ts';
import { listenSettings } from './listen.ts';
import { pushSettings } from './push.ts';
import type { Setting } from './setting.ts';
import { throttleSettings } from './throttle.ts';
import { tlsSettings } from './tls.ts';

/** By the heading that the help and the reference page put above them. */
export const settingGroups = {
  Listening: listenSettings,
  TLS: tlsSettings,
  Data: dataSettings,
  Tokens: identitySettings,
  Throttling: throttleSettings,
  Push: pushSettings,
  'Several nodes': busSettings,
  Development: developmentSettings,
};

export const settings = {
  ...listenSettings,
  ...tlsSettings,
  ...dataSettings,
  ...identitySettings,
  ...throttleSettings,
  ...pushSettings,
  ...busSettings,
  ...developmentSettings,
};

export type AllSettings = typeof settings;
export type SettingName = keyof AllSettings;

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

export const settingNames: readonly SettingName[] = Object.keys(settings).filter(isSettingName);

export function settingOf(name: SettingName): Setting {
  return settings[name];
}

export function variableOf(name: string): string {
  return `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** As the command line takes it. */
export function flagOf(name: SettingName): string {
  const { takes } = settingOf(name);
  return takes === '' ? `--${name}` : `--${name} <${takes}>`;
}

/** Its default as the help and the reference page say it. */
export function defaultOf({ usual, read, takes }: Setting): string {
  return usual ?? (takes === '' ? 'off' : String(read(undefined)));
}

/** A problem as it is reported: the key, and every other way to set it. */
export function problemWith(name: SettingName, what: string): string {
  const flagged = settingOf(name).secret ? '' : `--${name}, `;
  return `${name} (${flagged}${variableOf(name)}): ${what}`;
}
