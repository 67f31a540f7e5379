// `carillon app channel`: push credentials of an app, checked as the admin API checks them and encrypted in the same
// store. A secret comes from a file or standard input, so that it stays out of the list of processes and the history.

import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { builtInChannels } from '../../../hub/channels.ts';
import { systemClock } from '../../../lib/clock.ts';
import { errorMessage } from '../../../lib/error-code.ts';
import type { App } from '../../../model/app.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import { readCredentials } from '../../../operations/admin/channels/read-credentials.ts';
import {
  type CredentialedChannel,
  credentialed,
  withoutCredentials,
} from '../../../push/channels/channels.ts';
import {
  type ChannelDescriptors,
  type CredentialOption,
  type CredentialRules,
  flagOf,
} from '../../../push/channels/descriptor.ts';
import type { AuditedWrites, Registry, StoredCredentials } from '../../../store/registry.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../../data-dir.ts';

/** As commander collects them, by the names of the flags. */
interface ChannelOptions extends DataOptions {
  readonly app: string;
  readonly channel: string;
  readonly [option: string]: unknown;
}

/** `known` are the hub's channels; each brings its own options. */
export function channelCommand(known: ChannelDescriptors = builtInChannels): Command {
  const channels = credentialed(known);
  const set = new Command('set')
    .description('store push credentials, encrypted; they count from the next push on')
    .addOption(appOption())
    .addOption(channelOption(channels));
  for (const [flags, help] of credentialOptions(channels)) set.option(flags, help);
  set
    .option('--config <file>', 'settings of the hub, for its secret-key [CARILLON_CONFIG]')
    .action((options: ChannelOptions) => setChannel(options, channels));
  const list = new Command('list')
    .description('list the push credentials, without secrets')
    .addOption(appOption())
    .action(listChannels);
  const remove = new Command('remove')
    .description('remove push credentials')
    .addOption(appOption())
    .addOption(channelOption(channels))
    .action(removeChannel);
  const about = `push credentials of an app (${withoutCredentials(known)} needs none)`;
  const command = new Command('channel').description(about);
  for (const each of [set, list, remove]) command.addCommand(withDataOptions(each));
  return command;
}

/** Each once, with the channels that take it. */
function credentialOptions(channels: readonly CredentialedChannel[]): Map<string, string> {
  const all = new Map<string, string>();
  for (const { credentials } of channels) {
    for (const { flags, help } of credentials.options) {
      const takers = channels.filter((each) => each.credentials.options.some((one) => one.flags === flags));
      all.set(flags, `${takers.map(({ type }) => type).join(', ')}: ${help}`);
    }
  }
  return all;
}

function appOption(): Option {
  return new Option('--app <id>', 'whose they are').makeOptionMandatory();
}

function channelOption(channels: readonly CredentialedChannel[]): Option {
  const types = channels.map(({ type }) => type);
  return new Option('--channel <type>', 'which').choices(types).makeOptionMandatory();
}

async function setChannel(options: ChannelOptions, channels: readonly CredentialedChannel[]): Promise<void> {
  const { channel } = options;
  const descriptor = channels.find(({ type }) => type === channel);
  if (!descriptor) throw new Error(`there is no channel named ${channel}`);
  refuseForeign(options, descriptor, channels);
  const given = readCredentials(descriptor.credentials, bodyOf(options, descriptor));
  await withRegistry(options, async (registry) => {
    const { id } = findApp(registry, options);
    const now = systemClock.now();
    await record(registry, 'putChannel', id, channel, ({ credentials }) =>
      credentials.put(id, channel, given, now),
    );
    print(id, { kind: channel, shown: given.shown, setAt: now }, options);
  });
}

async function listChannels(options: ChannelOptions): Promise<void> {
  await withRegistry(options, (registry) => {
    const { id } = findApp(registry, options);
    const stored = registry.credentials.list(id);
    if (options.json) printJson({ value: stored.map(shown) });
    else if (stored.length === 0)
      process.stdout.write(`${id}: no push credentials yet; \`carillon app channel set\` stores them\n`);
    else for (const each of stored) print(id, each, options);
  });
}

async function removeChannel(options: ChannelOptions): Promise<void> {
  const { channel } = options;
  await withRegistry(options, async (registry) => {
    const { id } = findApp(registry, options);
    if (!registry.credentials.list(id).some(({ kind }) => kind === channel))
      throw new Error(`the app ${id} has no ${channel} credentials`);
    await record(registry, 'deleteChannel', id, channel, (within) => within.credentials.remove(id, channel));
    if (options.json) printJson({ appId: id, channel });
    else process.stdout.write(`${id}: ${channel} credentials removed\n`);
  });
}

async function record(
  { audit }: Registry,
  what: string,
  app: string,
  channel: string,
  write: (within: AuditedWrites) => Promise<unknown>,
): Promise<void> {
  const on = `apps/${app}/channels/${channel}`;
  await audit.record({ at: systemClock.now(), ...commandLine, what, on }, write);
}

function findApp({ apps }: Registry, { app }: ChannelOptions): App {
  const found = apps.findById(app);
  if (found) return found;
  const ids = apps.list().map(({ id }) => id);
  const known = ids.length > 0 ? `there are: ${ids.join(', ')}` : '`carillon app create` makes one';
  throw new Error(`there is no app named ${app}; ${known}`);
}

/** An option of another channel would be lost without a word. */
function refuseForeign(
  options: ChannelOptions,
  { type, credentials }: CredentialedChannel,
  channels: readonly CredentialedChannel[],
): void {
  const own = credentials.options.map(({ flags }) => flags);
  const foreign = channels
    .flatMap((each) => each.credentials.options)
    .find(({ flags }) => options[nameOf(flags)] !== undefined && !own.includes(flags));
  if (!foreign) return;
  throw new Error(`${flagOf(foreign.flags)} is not of ${type}, which takes ${own.map(flagOf).join(', ')}`);
}

/** What the options say, as an operator would PUT it. */
function bodyOf(options: ChannelOptions, { type, credentials }: CredentialedChannel): object {
  const body: Record<string, unknown> = {};
  for (const option of credentials.options) {
    const { member, flags, required } = option;
    const value = options[nameOf(flags)];
    if (value !== undefined) body[member] ??= readOption(String(value), option);
    else if (required && !isGiven(member, options, credentials))
      throw new Error(`${type} needs ${suggested(member, credentials)}`);
  }
  return body;
}

function isGiven(
  member: string,
  options: ChannelOptions,
  { options: all }: CredentialRules<object>,
): boolean {
  return all.some((each) => each.member === member && options[nameOf(each.flags)] !== undefined);
}

function suggested(member: string, { options: all }: CredentialRules<object>): string {
  const ways = all.filter((each) => each.member === member && !each.exposes);
  return ways.map(({ flags }) => flagOf(flags)).join(', or ');
}

function readOption(value: string, option: CredentialOption): unknown {
  switch (option.from) {
    case 'argument':
      return value;
    case 'stdin':
      return readFileSync(0, 'utf8').trim();
    case 'file':
      return readText(value, option);
    case 'lineFile':
      return readText(value, option).trim();
    case 'jsonFile':
      return readJson(value, option);
    default:
      return option.from satisfies never;
  }
}

function readText(path: string, { flags }: CredentialOption): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${flagOf(flags)} can not be read: ${errorMessage(error)}`);
  }
}

/** The parser's own message would quote the file. */
function readJson(path: string, option: CredentialOption): unknown {
  const text = readText(path, option);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${flagOf(option.flags)} ${path} is not JSON: ${option.mend ?? 'take another file'}`);
  }
}

/** Commander's name for it: `keyFile`. */
function nameOf(flags: string): string {
  return flagOf(flags)
    .slice(2)
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
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
