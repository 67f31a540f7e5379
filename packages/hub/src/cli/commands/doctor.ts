// `carillon doctor`: checks everything that a hub on this data would need, or has, and says what to do. One line a check;
// 0 when nothing fails, 1 when something does. It changes nothing, and works before, beside and without a hub.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type Config, readConfig, readDataDir } from '../../config/config.ts';
import { ConfigError } from '../../config/problem.ts';
import { builtInChannels } from '../../hub/channels.ts';
import { openRegistry } from '../../hub/open-data.ts';
import { openChannels } from '../../hub/open-push.ts';
import { systemClock } from '../../lib/clock.ts';
import { openFetch } from '../../lib/outbound/fetch.ts';
import { openLog } from '../../telemetry/log.ts';
import { printJson, publicUrlKey, trustOwnAuthority } from '../data-dir.ts';
import { checkCredentials, checkMassEnds, providerUrls } from '../doctor/credentials.ts';
import { type Finding, fail, ok } from '../doctor/finding.ts';
import { checkDataDir, checkDisk, checkNode } from '../doctor/machine.ts';
import {
  checkCertificate,
  checkClock,
  checkProxy,
  checkPublicUrl,
  checkPushContact,
  checkServing,
} from '../doctor/reach.ts';
import { checkBus, checkConnections, checkStores } from '../doctor/stores.ts';
import { checkWebhooks } from '../doctor/webhooks.ts';
import { type Options, readOptions, withSettings } from '../setting-options.ts';

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check configuration, store, bus, clock and credentials, and say what to do')
    .option('--json', 'print JSON');
  return withSettings(command).action(doctor);
}

async function doctor({ json, ...options }: Options): Promise<void> {
  const findings = await examine(options);
  const good = findings.every(({ status }) => status !== 'fail');
  if (json) printJson({ ok: good, checks: findings });
  else for (const finding of findings) process.stdout.write(lineOf(finding));
  if (!good) process.exitCode = 1;
}

function lineOf({ status, name, message }: Finding): string {
  return `${status.padEnd(4)}  ${name}  ${message.replace(/\s*\n\s*/g, ' ')}\n`;
}

async function examine(options: Options): Promise<Finding[]> {
  const { findings, config, dataDir } = readSettings(options);
  const all = [checkNode(process.versions.node), ...findings, ...checkDataDir(dataDir), checkDisk(dataDir)];
  if (existsSync(dataDir) && !all.some(({ name, status }) => name === 'data' && status === 'fail')) {
    trustOwnAuthority(dataDir);
    all.push(...(await examineData(dataDir, config)));
  }
  if (config)
    all.push(
      await checkBus(config),
      checkPublicUrl(config),
      checkPushContact(config),
      ...(await checkProxy(config)),
      checkCertificate(config, systemClock.now()),
    );
  return all;
}

/** What `serve` would be given here; without a usable configuration the data is looked at all the same. */
function readSettings(options: Options): { findings: Finding[]; config: Config | null; dataDir: string } {
  const { flags, file } = readOptions(options);
  try {
    const config = readConfig(flags, process.env, file);
    return { findings: [ok('config', 'every setting is valid')], config, dataDir: config.dataDir };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const findings = error.problems.map((problem) => fail('config', problem, 'correct it, or leave it out'));
    return { findings, config: null, dataDir: readDataDir(flags, process.env, file) };
  }
}

async function examineData(dataDir: string, config: Config | null): Promise<Finding[]> {
  const { findings, registryIsGood } = checkStores(dataDir, config?.databaseUrl ?? null);
  const serving = await checkServing(dataDir);
  if (!registryIsGood || !config) return [...findings, serving];
  const connections = await checkConnections(config);
  const registry = await openRegistry(config, () => config.secretKey).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => fail('store', problem, 'mend it, or start the database'));
  });
  if (Array.isArray(registry)) return [...registry, ...connections, serving];
  const descriptors = builtInChannels;
  const base = { config, log: openLog('silent'), clock: systemClock, registry, descriptors };
  const opened = await openChannels(base);
  try {
    const others = [...providerUrls(registry, builtInChannels), ...config.issuers];
    const recorded = (await registry.meta.read(publicUrlKey)) ?? config.publicUrl;
    const clock = await checkClock(
      [...others, recorded],
      () => systemClock.now(),
      openFetch(config.findProxy),
    );
    return [
      ...findings,
      ...connections,
      serving,
      clock,
      ...(await checkCredentials(registry, opened.channels, systemClock.now())),
      ...(await checkMassEnds(registry, descriptors)),
      ...(await checkWebhooks(registry, config)),
    ];
  } finally {
    await opened.close();
    await registry.close();
  }
}
