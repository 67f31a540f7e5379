// What commands share: where the data is, under which URL the hub is known, and how a result is printed. They work
// before, beside and without a running hub, since they open the same store.
import { type Command, Option } from 'commander';
import { ConfigError, refusedStores, type SettingName, settings, variableOf } from '../config.ts';
import { openRegistry } from '../hub.ts';
import type { Registry } from '../store/registry.ts';

const defaultPublicUrl = 'http://127.0.0.1:4280';
/** Where `serve` records its public URL. */
export const publicUrlKey = 'public-url';

export interface DataOptions {
  readonly dataDir: string;
  readonly publicUrl?: string;
  readonly json?: boolean;
  readonly databaseUrl?: string;
  readonly natsUrl?: string;
}

const otherStores: readonly SettingName[] = ['database-url', 'nats-url'];

/** Adds the options that every command has. */
export function withDataOptions(command: Command): Command {
  for (const name of otherStores) {
    const { value, about } = settings[name];
    command.addOption(new Option(`--${name} ${value}`, about).env(variableOf(name)).hideHelp());
  }
  return command
    .addOption(
      new Option('--data-dir <folder>', 'folder with the data').env('CARILLON_DATA_DIR').default('.carillon'),
    )
    .addOption(
      new Option('--public-url <url>', 'URL under which the hub is reached (default: the recorded one)').env(
        'CARILLON_PUBLIC_URL',
      ),
    )
    .option('--json', 'print JSON');
}

/** Runs with the registry of the data folder, and closes it whatever happens. */
export async function withRegistry<T>(
  { dataDir, databaseUrl, natsUrl }: DataOptions,
  run: (registry: Registry) => T | Promise<T>,
): Promise<T> {
  const problems = refusedStores({
    'database-url': databaseUrl || undefined,
    'nats-url': natsUrl || undefined,
  });
  if (problems.length > 0) throw new ConfigError(problems);
  const registry = openRegistry(dataDir);
  try {
    return await run(registry);
  } finally {
    registry.close();
  }
}

export function publicUrlOf(registry: Registry, { publicUrl }: DataOptions): string {
  return publicUrl ?? registry.meta.read(publicUrlKey) ?? defaultPublicUrl;
}

export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
