// The settings as options of a command, for those that read the whole configuration: `serve`, and `doctor`, which looks
// at what `serve` would be given.
import { type Command, Option } from 'commander';
import { type Given, isSecret, type SettingName, settings, variableOf } from '../config/settings.ts';

/** What commander collected, by camel-case name. */
export type Options = Readonly<Record<string, string | string[] | boolean>>;

export function withSettings(command: Command): Command {
  for (const [name, { kind, value, about }] of Object.entries(settings)) {
    const flag = `--${name}${value === '' ? '' : ` ${value}`}`;
    const option = new Option(flag, `${about} [${variableOf(name)}]`);
    if (kind === 'list')
      option.argParser((text: string, all: string[] | undefined) => [...(all ?? []), text]);
    // Known all the same, so that whoever tries it is told why it is refused.
    if (isSecret(name as SettingName)) option.hideHelp();
    command.addOption(option);
  }
  return command.option('--config <file>', 'settings as a JSON object [CARILLON_CONFIG]');
}

/** The flags by setting name, and the file with the rest. */
export function readOptions(options: Options): { readonly flags: Given; readonly file: string | null } {
  const { config: file, ...named } = options;
  const flags = Object.entries(named).map(([name, value]) => [dashed(name), value]);
  return {
    flags: Object.fromEntries(flags),
    file: (file as string | undefined) ?? process.env.CARILLON_CONFIG ?? null,
  };
}

/** Commander names options in camel case. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
