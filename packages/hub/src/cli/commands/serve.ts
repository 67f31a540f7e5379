// `carillon serve`: runs the hub until a signal stops it. Its last line on standard output says that it serves; the
// log goes to standard error. SIGTERM and SIGINT drain and end with 0.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { type Config, readConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/problem.ts';
import { problemWith } from '../../config/settings.ts';
import type { Given } from '../../config/sources.ts';
import { type Hub, openHub } from '../../hub/open-hub.ts';
import { systemClock } from '../../lib/clock.ts';
import { errorCode } from '../../lib/error-code.ts';
import { boundYoungGeneration } from '../../lib/young-generation.ts';
import { type Logger, openLog } from '../../telemetry/log.ts';
import { publicUrlKey } from '../data-dir.ts';
import { printDemonstration } from '../demonstration.ts';
import { outliveOutput } from '../output.ts';
import { type Options, readOptions, withSettings } from '../setting-options.ts';

const drainMaxMs = 9000;
export function serveCommand(): Command {
  return withSettings(new Command('serve').description('run the hub')).action(serve);
}

async function serve(options: Options): Promise<void> {
  const { flags, file } = readOptions(options);
  const config = await withPort(flags, file);
  if (config.dev) process.stdout.write(`Starting the hub with the data in ${resolve(config.dataDir)} ...\n`);
  const log = openLog(config.logLevel);
  surviveOutput(log);
  const hub = await openHub({ config, log });
  let knownUrl: string | null;
  try {
    knownUrl = await hub.registry.meta.read(publicUrlKey);
    await hub.listen();
  } catch (error) {
    await hub.close();
    throw listenError(error, config);
  }
  boundYoungGeneration();
  if (knownUrl !== config.publicUrl) await hub.registry.meta.write(publicUrlKey, config.publicUrl);
  closeOnSignal(hub, drainMaxMs + config.drainDelayMs);
  if (hub.caPath) process.stdout.write(`Trust this certificate authority for TLS: ${hub.caPath}\n`);
  if (config.dev) await printDemonstration(hub, config);
  process.stdout.write(`carillon is ready at ${config.publicUrl}\n`);
}

/** A disk that is full, a reader that stopped: what is printed may be lost, and the hub serves. */
function surviveOutput(log: Logger): void {
  outliveOutput();
  // Node writes warnings to standard error at once, and would wait for a reader that stopped.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.warn({ name }, message));
}

/** Port 0 takes any free one, which must be known before the first URL is written. */
async function withPort(flags: Given, file: string | null): Promise<Config> {
  const config = readConfig(flags, process.env, file);
  if (config.port !== 0) return config;
  const probe = createServer().listen(0, config.host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(error, config);
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a free port could not be found');
  return readConfig({ ...flags, port: address.port }, process.env, file);
}

function closeOnSignal(hub: Hub, maxMs: number): void {
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    systemClock.after(maxMs, () => process.exit(0));
    hub.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

/** Node names the port of a listener that failed. */
function isOf(error: unknown, { port }: { readonly port: number }): boolean {
  return error instanceof Error && 'port' in error && error.port === port;
}

const unusableHost = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EADDRNOTAVAIL', 'EINVAL', 'EAFNOSUPPORT'];

function listenError(error: unknown, { host, port, metricsListen }: Config): unknown {
  const code = errorCode(error);
  const taken = metricsListen && isOf(error, metricsListen) ? metricsListen : null;
  if (taken && code === 'EADDRINUSE') {
    const what = `${taken.port} on ${taken.host} is taken: stop what listens there, or choose another`;
    return new ConfigError([problemWith('metrics-port', what)]);
  }
  if (code === 'EADDRINUSE')
    return new Error(`port ${port} on ${host} is taken: stop what listens there, or choose another --port`);
  if (code === 'EACCES') return new Error(`port ${port} needs more rights: choose one from 1024 on`);
  if (code !== undefined && unusableHost.includes(code)) {
    const what = `"${host}" is no address of this machine, nor a name of one (${code})`;
    return new ConfigError([problemWith('host', what)]);
  }
  return error;
}
