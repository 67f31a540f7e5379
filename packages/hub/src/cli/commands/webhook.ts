// `carillon webhook`: has a service posted what an app's users get, as the text of a template: e-mail, SMS and chats by an
// Apprise API, or a service's own endpoint. Such a service can't answer the handshake, so only an operator may name it.
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns';
import { readFileSync } from 'node:fs';
import { webhookLimits } from '@carillon/protocol';
import { Command, Option } from 'commander';
import { issuerOf } from '../../auth/provider/claims.ts';
import { systemClock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-code.ts';
import {
  type ChangeSubscription,
  templateTypes,
  type WebhookTemplate,
} from '../../model/change-subscription.ts';
import { formatDateTime } from '../../model/date-time.ts';
import { userKey } from '../../model/principal.ts';
import { readPushUrl } from '../../model/push-address.ts';
import { resolvesPrivately } from '../../push/transport/guard.ts';
import type { Registry } from '../../store/registry.ts';
import { makeSigningSecret } from '../../webhooks/signature.ts';
import { presets } from '../../webhooks/templates/presets.ts';
import { readTemplate, sampleOf } from '../../webhooks/templates/template.ts';
import {
  commandLine,
  type DataOptions,
  printJson,
  publicUrlOf,
  withDataOptions,
  withRegistry,
} from '../data-dir.ts';
import { appChoice, chooseApp } from '../own-hub.ts';

interface CreateOptions extends DataOptions {
  readonly url: string;
  readonly template?: string;
  readonly templateFile?: string;
  readonly contentType?: string;
  readonly set: readonly string[];
  readonly app?: string;
  readonly user?: string;
  readonly changes: readonly ('created' | 'updated')[];
  readonly private?: boolean;
  readonly dryRun?: boolean;
}

/** An operator's webhook lasts until it is deleted: 9999-12-31. */
const forever = 253_402_214_400_000;
const secretKeyOption = [
  '--config <file>',
  'settings of the hub, for its secret-key [CARILLON_CONFIG]',
] as const;

export function webhookCommand(): Command {
  const services = Object.entries(presets).map(([name, { about }]) => `${name} (${about})`);
  const create = new Command('create')
    .description('have a service posted what the users of an app get')
    .requiredOption('--url <url>', "the service's endpoint")
    .option('--template <name>', `what it is posted: ${services.join(', ')}`)
    .option(
      '--template-file <file>',
      'a body of your own with placeholders like {{title}}, in place of --template',
    )
    .addOption(
      new Option('--content-type <type>', 'of that body (default: JSON)').choices([...templateTypes]),
    )
    .option('--set <name=value...>', 'a value that the template takes, like tag=ops', [])
    .option('--app <id>', `whose notifications ${appChoice}`)
    .option('--user <name>', 'those of one user alone')
    .addOption(
      new Option('--changes <types...>', 'of which changes')
        .choices(['created', 'updated'])
        .default(['created']),
    )
    .option('--private', 'the endpoint may be http, and lie inside a private network')
    .option('--dry-run', 'print the body of a sample, and change nothing')
    .option(...secretKeyOption)
    .action(createWebhook);
  const list = new Command('list')
    .description('list the webhooks of operators')
    .option(...secretKeyOption)
    .action(listAll);
  const remove = new Command('delete')
    .description('end a webhook of an operator')
    .argument('<id>', 'as it was printed')
    .option(...secretKeyOption)
    .action(deleteWebhook);
  const command = new Command('webhook').description('webhooks of operators: e-mail, SMS, chat services');
  for (const each of [create, list, remove]) command.addCommand(withDataOptions(each));
  return command;
}

async function createWebhook(options: CreateOptions): Promise<void> {
  const template = templateOf(options);
  if (options.dryRun) {
    process.stdout.write(`${sampleOf(template)}\n`);
    return;
  }
  await checkUrl(options);
  const secret = makeSigningSecret();
  await withRegistry(options, async (registry) => {
    const whole = { ...(await watchOf(options, registry)), template, secrets: [secret] };
    const { id, app } = whole;
    const entry = {
      at: whole.created,
      ...commandLine,
      what: 'createWebhook',
      on: `apps/${app}/webhooks/${id}`,
    };
    await registry.audit.record(entry, ({ changeSubscriptions }) =>
      changeSubscriptions.add(whole, {
        ofOwner: webhookLimits.changeSubscriptionsPerUserAndApp,
        ofAll: webhookLimits.changeSubscriptions,
      }),
    );
    if (options.json) printJson({ ...shown(whole), signingSecret: secret.text });
    else process.stdout.write(`${lineOf(whole)}\nsigningSecret ${secret.text}\n`);
  });
}

function templateOf({ template, templateFile, contentType, set }: CreateOptions): WebhookTemplate {
  const constants = Object.fromEntries(set.map(readConstant));
  const text = templateFile === undefined ? null : readText(templateFile);
  if (template === undefined && text === null)
    throw new Error(
      `say what the service is posted: --template ${Object.keys(presets).join('|')}, or --template-file`,
    );
  return readTemplate({ name: template ?? null, text, contentType: contentType ?? null, constants });
}

function readConstant(text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`--set takes name=value, not ${text}`);
  return [name, value];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`--template-file can not be read: ${errorMessage(error)}`);
  }
}

/** The hub looks once more whenever it connects. */
async function checkUrl({ url: text, private: isPrivate = false }: CreateOptions): Promise<void> {
  const { hostname } = readPushUrl(text, '--url', isPrivate);
  if (!isPrivate && (await resolvesPrivately(hostname, lookup)))
    throw new Error('--url leads inside a private network: say --private to allow that for this webhook');
}

async function watchOf(options: CreateOptions, registry: Registry) {
  const { id: app } = chooseApp(registry.apps.list(), options.app);
  const issuer = issuerOf(await publicUrlOf(registry, options));
  const user = options.user === undefined ? null : await registry.users.findByName(options.user);
  if (options.user !== undefined && !user) throw new Error(`there is no user named ${options.user}`);
  const of = { app, user: user && userKey(issuer, user.id), issuer, subject: user?.id ?? '' };
  const resource = user ? ('me/notifications' as const) : ('users/getAllNotifications' as const);
  return {
    ...{ id: randomUUID(), version: 1, ...of, resource, seesAll: false, changeTypes: [...options.changes] },
    ...{ withData: true, expires: forever, reauthorizeAt: null, events: [], ended: false },
    ...{ clientId: 'carillon-cli', notificationUrl: options.url, lifecycleUrl: null, clientState: null },
    ...{ certificate: null, certificateId: null, latestTls: 'v1_2' as const, created: systemClock.now() },
    isPrivate: options.private ?? false,
  };
}

async function listAll(options: DataOptions): Promise<void> {
  await withRegistry(options, async ({ changeSubscriptions }) => {
    const known = changeSubscriptions.known().map(({ id }) => changeSubscriptions.find(id));
    const rows = (await Promise.all(known)).filter((row) => row !== null).filter(({ template }) => template);
    if (options.json) printJson({ value: rows.map(shown) });
    else if (rows.length === 0) process.stdout.write('no webhook yet; `carillon webhook create` makes one\n');
    else for (const row of rows) process.stdout.write(`${lineOf(row)}\n`);
  });
}

async function deleteWebhook(id: string, options: DataOptions): Promise<void> {
  await withRegistry(options, async ({ changeSubscriptions, audit }) => {
    const found = await changeSubscriptions.find(id);
    if (!found?.template) throw new Error(`there is no webhook ${id}; \`carillon webhook list\` names them`);
    const on = `apps/${found.app}/webhooks/${id}`;
    const entry = { at: systemClock.now(), ...commandLine, what: 'deleteWebhook', on };
    await audit.record(entry, (within) => within.changeSubscriptions.change(id, () => null));
    if (options.json) printJson({ id });
    else process.stdout.write(`${id} deleted\n`);
  });
}

/** Of a URL the host alone: the rest is often a secret. */
function shown({ id, app, subject, notificationUrl, template, changeTypes, created }: ChangeSubscription) {
  return {
    id,
    appId: app,
    userId: subject === '' ? null : subject,
    endpointHost: new URL(notificationUrl).host,
    template: template?.name ?? null,
    changes: changeTypes,
    createdDateTime: formatDateTime(created),
  };
}

function lineOf(row: ChangeSubscription): string {
  const { id, appId, userId, endpointHost, template, changes } = shown(row);
  const of = userId === null ? appId : `${appId} ${userId}`;
  return `${id} ${of}: ${changes.join(', ')} to ${endpointHost} as ${template ?? 'a text of your own'}`;
}
