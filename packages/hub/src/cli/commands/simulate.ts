// `carillon simulate`: runs the simulated push services, prints the commands that make a hub use them, and then a line for
// every push that arrives. Its keys stay in the data folder, so that a hub's credentials stay valid after a restart.

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Delivered, Provider, Simulator, SimulatorKeys } from '@carillon/simulators';
import { Command, InvalidArgumentError, Option } from 'commander';
import { makeDevCertificate } from '../../edge/http/dev-certificate.ts';
import { builtInChannels } from '../../hub/channels.ts';
import { systemClock } from '../../lib/clock.ts';
import { errorCode, errorMessage } from '../../lib/error-code.ts';
import { credentialed, withoutCredentials } from '../../push/channels/channels.ts';
import { type CredentialOption, flagOf } from '../../push/channels/descriptor.ts';
import { dataDirOption, printJson } from '../data-dir.ts';

interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  readonly plain?: boolean;
  readonly topic: readonly string[];
  readonly decrypt: 'all' | 'sample';
  readonly dataDir: string;
  readonly json?: boolean;
}

type Guide = ReturnType<Provider['about']>;

const titles = builtInChannels.map(({ title }) => title).join(', ');

export function simulateCommand(): Command {
  return new Command('simulate')
    .description(`run simulated push services (${titles}) to test a hub against`)
    .option('--port <number>', 'port to listen on; 0: any free one', readPort, 4290)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--plain', 'without TLS')
    .option('--topic <bundle ids...>', 'bundle ids that the simulated Apple key may push to', [
      'com.example.app',
    ])
    .addOption(
      new Option('--decrypt <which>', 'encrypted payloads to decrypt')
        .choices(['all', 'sample'])
        .default('all'),
    )
    .addOption(dataDirOption('folder with the certificate and the keys'))
    .option('--json', 'print JSON, a line each')
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { host, port, topic: topics, decrypt, dataDir, json = false } = options;
  // Loaded by this command alone.
  const { makeSimulatorKeys, runSimulators } = await import('@carillon/simulators');
  const folder = resolve(dataDir, 'simulators');
  const keys = await keepKeys(folder, makeSimulatorKeys);
  const tls = options.plain ? null : await makeDevCertificate(join(resolve(dataDir), 'tls'), systemClock);
  const onDelivered = (push: Delivered): void => printDelivered(push, json);
  const simulator = await runSimulators({
    host,
    port,
    topics,
    decrypt,
    keys,
    tls,
    onDelivered,
    clock: systemClock,
  }).catch((error: unknown) => {
    throw listenError(error, options);
  });
  closeOnSignal(simulator);
  await printStart({ simulator, folder, caPath: tls?.caPath ?? null, json });
}

async function keepKeys(folder: string, make: () => SimulatorKeys): Promise<SimulatorKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'keys.json');
  const kept = readKeys(path);
  if (kept) return kept;
  const made = make();
  await writeFile(path, JSON.stringify(made), { mode: 0o600 });
  return made;
}

function readKeys(path: string): SimulatorKeys | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new Error(`${path} can not be read (${errorMessage(error)}): remove it to create new keys`);
  }
}

interface Start {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly caPath: string | null;
  readonly json: boolean;
}

async function printStart({ simulator, folder, caPath, json }: Start): Promise<void> {
  const { url } = simulator;
  const guides = simulator.providers.map((provider) => provider.about(url));
  const ready = `carillon simulators are ready at ${url}\n`;
  const commands: string[] = [];
  for (const guide of guides) commands.push(...(await commandFor(guide, folder)));
  if (json) {
    printJson({ url, caPath, providers: guides, commands });
    process.stderr.write(ready);
  } else {
    process.stdout.write(`${text({ url, caPath, guides, commands })}${ready}`);
  }
}

/** The command that gives a hub those credentials, with the files that it reads; none when there are no credentials. */
async function commandFor({ credentialKind, credentials }: Guide, folder: string): Promise<string[]> {
  const channel = credentialed(builtInChannels).find(({ type }) => type === credentialKind);
  if (!channel) return [];
  const flags: string[] = [];
  for (const [member, value] of Object.entries(credentials)) {
    const option = channel.credentials.options.find((each) => each.member === member && !each.exposes);
    if (!option) throw new Error(`carillon app channel set has no option for ${member} of ${channel.type}`);
    flags.push(`${flagOf(option.flags)} ${quoted(await argumentOf(value, option, folder))}`);
  }
  return [`npx carillon app channel set --app APP --channel ${channel.type} ${flags.join(' ')}`];
}

/** The value itself, or the file that holds it. */
async function argumentOf(
  value: unknown,
  { from, fileName }: CredentialOption,
  folder: string,
): Promise<string> {
  if (from === 'argument' || fileName === undefined) return String(value);
  const path = join(folder, fileName);
  const content = from === 'jsonFile' ? JSON.stringify(value, null, 2) : String(value);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

function text(start: {
  readonly url: string;
  readonly caPath: string | null;
  readonly guides: readonly Guide[];
  readonly commands: readonly string[];
}): string {
  const { url, caPath, guides, commands } = start;
  const curl = caPath === null ? 'curl' : `curl --cacert ${quoted(caPath)}`;
  const trust =
    caPath === null
      ? ''
      : `\nStart the hub so that it trusts the simulators:\n  npx carillon serve --allow-private-push --push-ca ${quoted(caPath)}\n`;
  return `
Let the hub push for the app APP through them (${withoutCredentials(builtInChannels)} needs no credentials):
${commands.map((command) => `  ${command}`).join('\n')}
${trust}
Addresses that devices may register, as the channel of a subscription:
${guides.map(({ channel }) => `  ${JSON.stringify(channel)}`).join('\n')}

Let the next push fail, and see what was delivered:
  ${curl} ${url}/simulate/script -d '[{"then":"gone","times":1}]'
  ${curl} ${url}/simulate/delivered

`;
}

function printDelivered(
  { provider, protocol, address, payload, headers, at }: Delivered,
  json: boolean,
): void {
  if (json) printJson({ at, provider, protocol, address, headers, payload });
  else
    process.stdout.write(
      `${new Date(at).toISOString()} ${provider} ${protocol} ${address} ${JSON.stringify(payload)}\n`,
    );
}

function closeOnSignal(simulator: Simulator): void {
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

function listenError(error: unknown, { host, port }: SimulateOptions): unknown {
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new Error(`port ${port} on ${host} is taken: stop what listens there, or choose another --port`);
  if (code === 'EACCES') return new Error(`port ${port} needs more rights: choose one from 1024 on`);
  if (code === undefined) return error;
  return new Error(`"${host}" is no address of this machine, nor a name of one (${code})`);
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
