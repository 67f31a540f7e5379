// `carillon app set`: what people and platforms are shown of an app, and where its notifications lead, changed without naming
// the rest of the app again. The same options belong to `carillon app create`.
import { Command } from 'commander';
import { systemClock } from '../../../lib/clock.ts';
import type { App } from '../../../model/app.ts';
import { invalid } from '../../../model/errors.ts';
import {
  changeShown,
  type GivenMembers,
  readShown,
  shownOf,
} from '../../../operations/admin/apps/shown-members.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../../data-dir.ts';

export interface PageOptions {
  readonly openUrl?: string;
  readonly tapTitle?: string;
  readonly displayName?: string;
  readonly iconUrl?: string;
  readonly urlScheme?: readonly string[];
  readonly clickAction?: string;
}

export function setCommand(): Command {
  const command = new Command('set')
    .description('change what is shown of an app and where it leads; an empty text takes it away')
    .requiredOption('--id <id>', "the app's id");
  return withDataOptions(withPageOptions(command)).action(set);
}

export function withPageOptions(command: Command): Command {
  return command
    .option('--display-name <text>', 'its name, as people know it')
    .option('--icon-url <url>', 'its icon, an https URL')
    .option('--open-url <url>', "where its notifications lead in a browser (default: the hub's inbox)")
    .option('--tap-title <text>', 'what a browser shows for a push without content')
    .option('--url-scheme <schemes...>', 'schemes of links into the app itself, like myapp')
    .option('--click-action <name>', "the action of the Android app's intent filter for links");
}

/** Of those that are given; an empty text takes it away. */
export function readPages({ urlScheme, ...texts }: PageOptions): GivenMembers {
  const { openUrl, tapTitle, displayName, iconUrl, clickAction } = texts;
  return readShown({
    openUrl: given(openUrl),
    tapTitle: given(tapTitle),
    displayName: given(displayName),
    iconUrl: given(iconUrl),
    clickAction: given(clickAction),
    urlSchemes: urlScheme?.filter((each) => each !== ''),
  });
}

function given(text: string | undefined): string | null | undefined {
  return text === '' ? null : text;
}

async function set(options: DataOptions & PageOptions & { readonly id: string }): Promise<void> {
  const { id } = options;
  const pages = readPages(options);
  if (Object.values(pages).every((each) => each === undefined))
    throw invalid(
      'Give what to set: --display-name, --icon-url, --open-url, --tap-title, --url-scheme or --click-action.',
    );
  await withRegistry(options, async ({ audit }) => {
    const entry = { at: systemClock.now(), ...commandLine, what: 'updateApp', on: `apps/${id}` };
    const app = await audit.record(entry, async ({ apps }): Promise<App> => {
      const known = await apps.findToChange(id);
      if (!known)
        throw invalid(`There is no app ${id}; \`carillon app list\` shows those that are registered.`);
      const changed = { ...known, ...changeShown(known, pages) };
      await apps.put(changed);
      return changed;
    });
    printJson({ appId: id, openUrl: null, tapTitle: null, ...shownOf(app) });
  });
}
