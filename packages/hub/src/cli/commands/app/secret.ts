// `carillon app new-secret`: new secrets for the clients of an app, while those before stay good for a time, so that the
// app's servers change over one after the other without a refused request.
import { Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../../../lib/clock.ts';
import {
  type MadeClient,
  type SecretChange,
  withSecret,
} from '../../../operations/admin/apps/app-members.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../../data-dir.ts';

export interface OverlapOptions {
  /** In hours. */
  readonly overlap?: number;
  readonly now?: boolean;
}

interface NewSecretOptions extends DataOptions, OverlapOptions {
  readonly id: string;
  readonly client?: string;
}

const overlapHoursMax = 720;
const hourMs = 3600 * 1000;

export function newSecretCommand(): Command {
  const command = new Command('new-secret')
    .description('give the clients of an app new secrets; those before stay good for a day')
    .requiredOption('--id <id>', "the app's id")
    .option('--client <id>', 'only this client of the app');
  return withDataOptions(withOverlap(command).action(renew));
}

/** How long a secret stays good that a new one replaces. */
export function withOverlap(command: Command): Command {
  return command
    .addOption(
      new Option('--overlap <hours>', 'how long the secrets before stay good (default: 24)').argParser(
        readHours,
      ),
    )
    .addOption(new Option('--now', 'the secrets before end at once').conflicts('overlap'));
}

export function secretChangeOf({ overlap, now }: OverlapOptions, newSecrets: boolean): SecretChange {
  const hours = now ? 0 : overlap;
  return {
    newSecrets,
    overlapMs: hours === undefined ? undefined : hours * hourMs,
    now: systemClock.now(),
  };
}

export function printSecrets(made: readonly MadeClient[], appId: string): void {
  const own = made.find(({ client }) => client.clientId === appId);
  const others = made
    .filter(({ client, secret }) => client.clientId !== appId && secret !== null)
    .map(({ client, secret }) => ({ clientId: client.clientId, clientSecret: secret }));
  printJson({ appId, clientSecret: own?.secret ?? null, ...(others.length > 0 ? { clients: others } : {}) });
}

function readHours(text: string): number {
  const hours = Number(text);
  if (text.trim() !== '' && hours >= 0 && hours <= overlapHoursMax) return hours;
  throw new InvalidArgumentError(`It must be a number of hours from 0 to ${overlapHoursMax}.`);
}

async function renew(options: NewSecretOptions): Promise<void> {
  const { id, client: only } = options;
  const change = secretChangeOf(options, true);
  await withRegistry(options, async ({ audit }) => {
    const entry = { at: change.now, ...commandLine, what: 'updateApp', on: `apps/${id}/secrets` };
    const made = await audit.record(entry, async ({ apps }) => {
      const app = await apps.findToChange(id);
      if (!app) throw new Error(`there is no app ${id}; \`carillon app list\` shows those that are`);
      const named = app.clients.filter(({ clientId }) => clientId === (only ?? clientId));
      if (named.every((client) => client.public))
        throw new Error(
          `the app ${id} has no client ${only ?? ''} with a secret; its clients are ${app.clients.map(({ clientId }) => clientId).join(', ')}`,
        );
      const none = { newSecrets: false, overlapMs: undefined, now: change.now };
      const clients = app.clients.map((client) =>
        withSecret(client, app.clients, named.includes(client) ? change : none),
      );
      await apps.put({ ...app, clients: clients.map(({ client }) => client) });
      return clients;
    });
    printSecrets(made, id);
  });
}
