// `carillon app set`: what browsers show and open for an app, changed without naming the rest of the app again. The same
// options belong to `carillon app create`.
import { Command } from 'commander';
import { systemClock } from '../../lib/clock.ts';
import type { App } from '../../model/app.ts';
import { invalid } from '../../model/errors.ts';
import { readOpenUrl, readTapTitle } from '../../operations/admin/apps/app-members.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../data-dir.ts';

interface PageOptions {
  readonly openUrl?: string;
  readonly tapTitle?: string;
}

export function setCommand(): Command {
  const command = new Command('set')
    .description('change what browsers show and open for an app; an empty text takes it away')
    .requiredOption('--id <id>', "the app's id")
    .option('--open-url <url>', 'where its notifications lead')
    .option('--tap-title <text>', 'what is shown for a push without content');
  return withDataOptions(command).action(set);
}

/** Of those that are given; an empty text is nothing. */
export function readPages({ openUrl, tapTitle }: PageOptions): Pick<App, 'openUrl' | 'tapTitle'> {
  return {
    ...(openUrl === undefined ? {} : { openUrl: openUrl === '' ? undefined : readOpenUrl(openUrl) }),
    ...(tapTitle === undefined ? {} : { tapTitle: tapTitle === '' ? undefined : readTapTitle(tapTitle) }),
  };
}

async function set(options: DataOptions & PageOptions & { readonly id: string }): Promise<void> {
  const { id, openUrl, tapTitle } = options;
  if (openUrl === undefined && tapTitle === undefined)
    throw invalid('Give what to set: --open-url, --tap-title or both.');
  const pages = readPages(options);
  await withRegistry(options, async ({ audit }) => {
    const entry = { at: systemClock.now(), ...commandLine, what: 'updateApp', on: `apps/${id}` };
    const app = await audit.record(entry, async ({ apps }) => {
      const known = await apps.findToChange(id);
      if (!known)
        throw invalid(`There is no app ${id}; \`carillon app list\` shows those that are registered.`);
      const changed = { ...known, ...pages };
      await apps.put(changed);
      return changed;
    });
    printJson({ appId: id, openUrl: app.openUrl ?? null, tapTitle: app.tapTitle ?? null });
  });
}
