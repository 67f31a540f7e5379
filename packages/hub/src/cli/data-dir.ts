// What commands share: where the data is, the hub's public URL, and how a result is printed. They work with and without a
// running hub, since they open the same store.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { type Command, Option } from 'commander';

export { commandLine } from '../auth/access-audit.ts';

import { readSecretKey } from '../config/config.ts';
import { flagOf, type SettingName, settingOf, settings, variableOf } from '../config/settings.ts';
import { openRegistry, servingHub } from '../hub/open-data.ts';
import { errorCode } from '../lib/error-code.ts';
import type { Registry } from '../store/registry.ts';
import { configFile } from './setting-options.ts';

const servingWaitMs = 2000;
const defaultPublicUrl = 'http://127.0.0.1:4280';
/** Where `serve` records its public URL. */
export const publicUrlKey = 'public-url';

export interface DataOptions {
  readonly dataDir: string;
  readonly publicUrl?: string;
  readonly json?: boolean;
  readonly databaseUrl?: string;
  /** For commands that store push credentials: the hub's file with settings. */
  readonly config?: string;
}

/** Adds the options that every command has. */
export function withDataOptions(command: Command): Command {
  return command
    .addOption(dataOption('database-url'))
    .addOption(dataDirOption())
    .addOption(dataOption('public-url', 'URL under which the hub is reached (default: the recorded one)'))
    .option('--json', 'print JSON');
}

export function dataDirOption(about?: string): Option {
  return dataOption('data-dir', about).default(settings['data-dir'].read(undefined));
}

function dataOption(name: SettingName, about = settingOf(name).about): Option {
  return new Option(flagOf(name), about).env(variableOf(name));
}

/** Runs with the registry of the data folder, and closes it whatever happens. */
export async function withRegistry<T>(
  { dataDir, databaseUrl, config }: DataOptions,
  run: (registry: Registry) => T | Promise<T>,
): Promise<T> {
  const file = configFile(config);
  const registry = await openRegistry({ dataDir, databaseUrl: databaseUrl || null }, () =>
    readSecretKey(process.env, file),
  );
  try {
    return await run(registry);
  } finally {
    await registry.close();
  }
}

/** Where a hub serves this data now; null when none does. Of several nodes on PostgreSQL, the one recorded last. */
export async function servingUrl(options: DataOptions, registry: Registry): Promise<string | null> {
  if (!options.databaseUrl) return servingHub(options.dataDir)?.publicUrl ?? null;
  trustOwnAuthority(options.dataDir);
  const url = await publicUrlOf(registry, options);
  try {
    const { ok } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(servingWaitMs) });
    return ok ? url : null;
  } catch {
    return null;
  }
}

export async function publicUrlOf({ meta }: Registry, { publicUrl }: DataOptions): Promise<string> {
  return publicUrl ?? (await meta.read(publicUrlKey)) ?? defaultPublicUrl;
}

export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function trustOwnAuthority(dataDir: string): void {
  try {
    const own = readFileSync(join(dataDir, 'tls', 'ca.pem'), 'utf8');
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), own]);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
