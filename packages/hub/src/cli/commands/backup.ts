// `carillon backup`, `carillon restore` and `carillon generation raise`: copies of the data of a running hub, the way
// back, and a new generation for a store that has lost commits.
import { Command } from 'commander';
import { backUp, checkBackup, raiseGeneration, restore } from '../../hub/maintenance/backup.ts';
import { systemClock } from '../../lib/clock.ts';
import { readVersion } from '../../lib/version.ts';
import type { BackupManifest } from '../../store/backup.ts';
import { commandLine, type DataOptions, printJson, withDataOptions } from '../data-dir.ts';

type ToOptions = DataOptions & { readonly to: string };
type FromOptions = DataOptions & {
  readonly from: string;
  readonly check?: boolean;
  readonly pushAgain?: boolean;
};

export function backupCommand(): Command {
  const command = new Command('backup')
    .description('copy the data into a new folder, also beside a running hub')
    .requiredOption('--to <folder>', 'a new or empty folder')
    .action(takeBackup);
  return withDataOptions(command);
}

export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('put a backup into a folder or database without data')
    .requiredOption('--from <folder>', 'the backup')
    .option('--check', 'only check that the backup is complete and readable')
    .option('--push-again', 'keep pushes that were on their way when the backup was taken')
    .action(restoreBackup);
  return withDataOptions(command);
}

export function generationCommand(): Command {
  const command = new Command('raise')
    .description('invalidate every cursor, after the store has lost commits')
    .action(raiseStore);
  return new Command('generation')
    .description('the generation of the store, which cursors are bound to')
    .addCommand(withDataOptions(command));
}

async function takeBackup({ to, json, ...options }: ToOptions): Promise<void> {
  const now = systemClock.now();
  const version = readVersion();
  const manifest = await backUp({ ...options, folder: to, now, version, environment: process.env });
  if (json) return printJson({ folder: to, ...manifest });
  say(`backed up to ${to}: ${summary(manifest)}`);
  say(`not in it, keep apart: ${manifest.notIncluded.join(', ')}`);
}

async function restoreBackup({
  from,
  check,
  pushAgain = false,
  json,
  ...options
}: FromOptions): Promise<void> {
  if (check) {
    const manifest = await checkBackup(from, process.env);
    if (json) return printJson({ folder: from, ...manifest });
    return say(`${from} is whole: ${summary(manifest)}`);
  }
  const now = systemClock.now();
  const environment = process.env;
  const done = await restore({ ...options, folder: from, now, environment, pushAgain, by: commandLine });
  const { manifest, generation, withdrawnPushes } = done;
  if (json) return printJson({ takenAt: manifest.takenAt, generation, withdrawnPushes });
  say(`restored the backup of ${manifest.takenAt}: ${summary(manifest)}`);
  say(`generation ${generation}: devices start over; ${withdrawnPushes} open pushes are withdrawn`);
  const { databaseUrl, dataDir } = options;
  if (databaseUrl) say('next: set CARILLON_SECRET_KEY to what it was, or store the push credentials again');
  else say(`next: put secret.key and tls/ back into ${dataDir}, or store the push credentials again`);
  const where = databaseUrl ? '--database-url …' : `--data-dir ${dataDir}`;
  say(`then: \`carillon doctor ${where}\` checks it, and \`carillon serve ${where}\` serves it`);
}

async function raiseStore({ json, ...options }: DataOptions): Promise<void> {
  const generation = await raiseGeneration(options, systemClock.now(), commandLine);
  if (json) printJson({ generation });
  else say(`generation ${generation}: devices start over once every hub has been started again`);
}

function summary({ store, files }: BackupManifest): string {
  const counts: Record<string, number> = Object.assign({}, ...files.map(({ tables }) => tables));
  const what = ['app', 'notification', 'subscription', 'delivery'].flatMap((name) =>
    counts[name] === undefined ? [] : [`${counts[name]} ${name}`],
  );
  return `${store === 'sqlite' ? 'SQLite' : 'PostgreSQL'}, rows: ${what.join(', ')}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
