// `carillon app channel`: push credentials of an app, checked as the admin API checks them and encrypted in the same
// store. A secret comes from a file or standard input, so that it stays out of the list of processes and the history.
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { systemClock } from '../../lib/clock.ts';
import type { App } from '../../model/app.ts';
import { type CredentialKind, credentialKinds } from '../../model/credentials.ts';
import { formatDateTime } from '../../model/date-time.ts';
import { showCredentials } from '../../model/shown-credentials.ts';
import { readCredentials } from '../../operations/admin/read-credentials.ts';
import type { Registry, StoredCredentials } from '../../store/registry.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../data-dir.ts';

interface ChannelOptions extends DataOptions {
  readonly app: string;
  readonly channel: CredentialKind;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly clientSecretFile?: string;
  readonly clientSecretStdin?: boolean;
  readonly tokenUrl?: string;
  readonly teamId?: string;
  readonly keyId?: string;
  readonly keyFile?: string;
  readonly serviceAccountFile?: string;
  readonly baseUrl?: string;
}

type OptionName = Exclude<keyof ChannelOptions, 'app' | 'channel' | keyof DataOptions>;

const optionsOf: { readonly [K in CredentialKind]: readonly OptionName[] } = {
  wns: ['clientId', 'clientSecret', 'clientSecretFile', 'clientSecretStdin', 'tokenUrl'],
  apns: ['teamId', 'keyId', 'keyFile', 'baseUrl'],
  fcm: ['serviceAccountFile', 'baseUrl'],
};

export function channelCommand(): Command {
  const set = new Command('set')
    .description('store push credentials, encrypted; they count from the next push on')
    .addOption(appOption())
    .addOption(channelOption())
    .option('--client-id <id>', 'wns: application id of the Entra registration, or package SID')
    .option('--client-secret-file <file>', 'wns: file with its secret')
    .option('--client-secret-stdin', 'wns: read its secret from standard input')
    .option('--client-secret <text>', 'wns: its secret (other processes may read it here)')
    .option('--token-url <url>', "wns: where the token comes from (default: Microsoft's)")
    .option('--team-id <id>', 'apns: id of the developer team')
    .option('--key-id <id>', 'apns: id of the key')
    .option('--key-file <file>', 'apns: the .p8 file')
    .option('--service-account-file <file>', "fcm: Google's JSON of the service account's key")
    .option('--base-url <url>', "apns, fcm: where pushes go (default: the provider's)")
    .option('--config <file>', 'settings of the hub, for its secret-key [CARILLON_CONFIG]')
    .action(setChannel);
  const list = new Command('list')
    .description('list the push credentials, without secrets')
    .addOption(appOption())
    .action(listChannels);
  const remove = new Command('remove')
    .description('remove push credentials')
    .addOption(appOption())
    .addOption(channelOption())
    .action(removeChannel);
  const command = new Command('channel').description('push credentials of an app (Web Push needs none)');
  for (const each of [set, list, remove]) command.addCommand(withDataOptions(each));
  return command;
}

function appOption(): Option {
  return new Option('--app <id>', 'whose they are').makeOptionMandatory();
}

function channelOption(): Option {
  return new Option('--channel <type>', 'which').choices([...credentialKinds]).makeOptionMandatory();
}

async function setChannel(options: ChannelOptions): Promise<void> {
  const { channel } = options;
  refuseForeign(options);
  const credentials = readCredentials(channel, bodyOf[channel](options));
  await withRegistry(options, (registry) => {
    const { id } = findApp(registry, options);
    const now = systemClock.now();
    record(registry, 'putChannel', id, channel, () =>
      registry.credentials.put(id, channel, credentials, now),
    );
    print(id, { kind: channel, shown: showCredentials(channel, credentials), setAt: now }, options);
  });
}

async function listChannels(options: ChannelOptions): Promise<void> {
  await withRegistry(options, (registry) => {
    const { id } = findApp(registry, options);
    const stored = registry.credentials.list(id);
    if (options.json) printJson({ value: stored.map(shown) });
    else for (const each of stored) print(id, each, options);
  });
}

async function removeChannel(options: ChannelOptions): Promise<void> {
  const { channel } = options;
  await withRegistry(options, (registry) => {
    const { id } = findApp(registry, options);
    if (!registry.credentials.list(id).some(({ kind }) => kind === channel))
      throw new Error(`the app ${id} has no ${channel} credentials`);
    record(registry, 'deleteChannel', id, channel, () => registry.credentials.remove(id, channel));
    if (options.json) printJson({ appId: id, channel });
    else process.stdout.write(`${id}: ${channel} credentials removed\n`);
  });
}

function record(
  { audit }: Registry,
  what: string,
  app: string,
  channel: CredentialKind,
  write: () => unknown,
): void {
  const on = `apps/${app}/channels/${channel}`;
  audit.record({ at: systemClock.now(), who: commandLine, what, on }, write);
}

function findApp({ apps }: Registry, { app }: ChannelOptions): App {
  const found = apps.findById(app);
  if (found) return found;
  const ids = apps.list().map(({ id }) => id);
  const known = ids.length > 0 ? `there are: ${ids.join(', ')}` : '`carillon app create` makes one';
  throw new Error(`there is no app named ${app}; ${known}`);
}

/** An option of another channel would be lost without a word. */
function refuseForeign(options: ChannelOptions): void {
  const own = optionsOf[options.channel];
  const foreign = Object.values(optionsOf)
    .flat()
    .find((name) => options[name] !== undefined && !own.includes(name));
  if (foreign) {
    throw new Error(
      `${flagOf(foreign)} is not of ${options.channel}, which takes ${own.map(flagOf).join(', ')}`,
    );
  }
}

const bodyOf: { readonly [K in CredentialKind]: (options: ChannelOptions) => unknown } = {
  wns: (options) => ({
    clientId: required(options, 'clientId'),
    clientSecret: clientSecretOf(options),
    ...given({ tokenUrl: options.tokenUrl }),
  }),
  apns: (options) => ({
    teamId: required(options, 'teamId'),
    keyId: required(options, 'keyId'),
    privateKey: readText(required(options, 'keyFile'), 'keyFile'),
    ...given({ baseUrl: options.baseUrl }),
  }),
  fcm: (options) => ({
    serviceAccount: readAccount(required(options, 'serviceAccountFile')),
    ...given({ baseUrl: options.baseUrl }),
  }),
};

function required(
  options: ChannelOptions,
  name: 'clientId' | 'teamId' | 'keyId' | 'keyFile' | 'serviceAccountFile',
) {
  const value = options[name];
  if (value !== undefined) return value;
  throw new Error(`${options.channel} needs ${flagOf(name)}`);
}

function clientSecretOf({ clientSecret, clientSecretFile, clientSecretStdin }: ChannelOptions): string {
  if (clientSecretFile !== undefined) return readText(clientSecretFile, 'clientSecretFile').trim();
  if (clientSecretStdin) return readFileSync(0, 'utf8').trim();
  if (clientSecret !== undefined) return clientSecret;
  throw new Error('wns needs --client-secret-file, or --client-secret-stdin');
}

function readText(path: string, name: OptionName): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${flagOf(name)} can not be read: ${(error as Error).message}`);
  }
}

/** The parser's own message would quote the file. */
function readAccount(path: string): unknown {
  try {
    return JSON.parse(readText(path, 'serviceAccountFile'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`--service-account-file ${path} is not JSON: take the file as Google gave it`);
  }
}

function given(members: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function flagOf(name: OptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function shown({ kind, shown: members, setAt }: StoredCredentials) {
  return { channel: kind, ...members, setDateTime: formatDateTime(setAt) };
}

function print(app: string, stored: StoredCredentials, { json }: DataOptions): void {
  if (json) printJson({ appId: app, ...shown(stored) });
  else
    process.stdout.write(
      `${app}: ${stored.kind} ${JSON.stringify(stored.shown)} set ${formatDateTime(stored.setAt)}\n`,
    );
}
