// `carillon migrate`: moves the data of a stopped hub from SQLite into PostgreSQL, wholly or not at all, and says what it
// moved.
import { Command, Option } from 'commander';
import { readSecretKey } from '../../config/config.ts';
import { variableOf } from '../../config/settings.ts';
import { moveToPostgres } from '../../hub/maintenance/migrate.ts';
import { systemClock } from '../../lib/clock.ts';
import { commandLine, dataDirOption, printJson } from '../data-dir.ts';
import { configFile } from '../setting-options.ts';

interface MigrateOptions {
  readonly to: string;
  readonly dataDir: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function migrateCommand(): Command {
  const to = new Option('--to <url>', 'postgres://user@host/database, which holds no data');
  return new Command('migrate')
    .description('move the data of a stopped hub from SQLite to PostgreSQL')
    .addOption(to.env(variableOf('database-url')).makeOptionMandatory())
    .addOption(dataDirOption())
    .option('--config <file>', 'file with the secret-key of the hubs, unless it is a variable')
    .option('--json', 'print JSON')
    .action(moveData);
}

async function moveData({ to, dataDir, config, json }: MigrateOptions): Promise<void> {
  if (!/^postgres(ql)?:$/.test(URL.parse(to)?.protocol ?? ''))
    throw new Error('--to must be a URL such as postgres://user@host/database');
  const secretKey = readSecretKey(process.env, configFile(config));
  const now = systemClock.now();
  const tables = await moveToPostgres({ dataDir, to, secretKey, now, by: commandLine });
  if (json) return printJson({ tables });
  for (const { table, rows, checksum } of tables)
    process.stdout.write(
      `${table.padEnd(14)} ${String(rows).padStart(9)} rows, checksum ${checksum.slice(0, 16)}\n`,
    );
  process.stdout.write(
    `moved and compared row by row: serve it with --database-url, and no longer serve ${dataDir}\n`,
  );
}
