// The settings as options of a command, for those that read the whole configuration: `serve`, and `doctor`, which looks
// at what `serve` would be given.
import { type Command, Option } from 'commander';
import {
  defaultOf,
  flagOf,
  isSettingName,
  type SettingName,
  settingGroups,
  settingOf,
  variableOf,
} from '../config/settings.ts';
import type { Given } from '../config/sources.ts';

const configVariable = 'CARILLON_CONFIG';

/** What commander collected, by camel-case name. */
export type Options = Readonly<Record<string, string | string[] | boolean>>;

export function withSettings(command: Command): Command {
  for (const [heading, group] of Object.entries(settingGroups)) {
    for (const name of Object.keys(group).filter(isSettingName))
      command.addOption(optionOf(name).helpGroup(`${heading}:`));
  }
  return command.option('--config <file>', `settings as a JSON object [${configVariable}]`);
}

function optionOf(name: SettingName): Option {
  const setting = settingOf(name);
  const usual = setting.takes === '' ? '' : ` (default: ${defaultOf(setting)})`;
  const option = new Option(flagOf(name), `${setting.about}${usual} [${variableOf(name)}]`);
  if (setting.repeatable)
    option.argParser((text: string, all: readonly string[] | undefined) => [...(all ?? []), text]);
  // An option nevertheless, so that its refusal can say why.
  return setting.secret ? option.hideHelp() : option;
}

/** The flags by setting name, and the file with the rest. */
export function readOptions(options: Options): { readonly flags: Given; readonly file: string | null } {
  const { config, ...named } = options;
  const flags = Object.entries(named).map(([name, value]) => [dashed(name), value]);
  return { flags: Object.fromEntries(flags), file: configFile(config) };
}

/** The path of the file with settings, when there is one. */
export function configFile(given: unknown): string | null {
  return typeof given === 'string' ? given : (process.env[configVariable] ?? null);
}

/** Commander names options in camel case. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
