// `carillon user`: the local users of the embedded provider. A change counts at once, on every node. Only the hash of a
// password is kept. A password is typed at a prompt, or comes by standard input.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { issuerOf } from '../../auth/provider/claims.ts';
import { signToken } from '../../auth/provider/exchange/mint-token.ts';
import { listSessions } from '../../auth/provider/grants/sessions.ts';
import { openSigningKeys } from '../../auth/provider/keys.ts';
import { openPasswordLinks, type PasswordLink } from '../../auth/provider/sign-in/password-link.ts';
import { openPasswordTurns } from '../../auth/provider/sign-in/password-turns.ts';
import { openPeople, type People } from '../../auth/provider/sign-in/people.ts';
import { systemClock } from '../../lib/clock.ts';
import { showLink, showUser } from '../../operations/admin/users/user.ts';
import type { LocalUser, Registry } from '../../store/registry.ts';
import { ask } from '../ask.ts';
import { askHub, Refusal } from '../call-hub.ts';
import {
  commandLine,
  type DataOptions,
  printJson,
  publicUrlOf,
  servingUrl,
  trustOwnAuthority,
  withDataOptions,
  withRegistry,
} from '../data-dir.ts';

interface UserOptions extends DataOptions {
  readonly name?: string;
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly link?: boolean;
  readonly operator?: boolean;
  readonly operatorRead?: boolean;
  readonly yes?: boolean;
}

interface Opened {
  readonly registry: Registry;
  readonly people: People;
  readonly options: UserOptions;
  /** As it was given. */
  readonly name: string;
}

export function userCommand(): Command {
  return new Command('user')
    .description('local users of the embedded identity provider')
    .addCommand(plain('list', 'list the users', list))
    .addCommand(named('show', 'show a user', show))
    .addCommand(
      withPassword(named('create', 'create a user', create))
        .option('--operator', 'may administer the hub')
        .option('--operator-read', 'may see what operators see, and change nothing'),
    )
    .addCommand(
      withPassword(named('password', 'give a user another password, and end all sessions', setPassword)),
    )
    .addCommand(named('disable', 'keep a user out, and end all sessions', disable))
    .addCommand(named('enable', 'allow a user in again', enable))
    .addCommand(
      named('delete', 'erase a user: notifications, devices, sessions and the account', remove).option(
        '--yes',
        'do not ask',
      ),
    )
    .addCommand(named('sessions', 'list where a user is signed in', sessions));
}

function plain(name: string, about: string, run: (opened: Opened) => Promise<void>): Command {
  const command = new Command(name)
    .description(about)
    .action((options: UserOptions) => open(options, '', run));
  return withDataOptions(command);
}

function named(name: string, about: string, run: (opened: Opened) => Promise<void>): Command {
  const command = new Command(name)
    .description(about)
    .argument('[name]', 'user principal name, like alice@contoso.example')
    .option('--name <name>', 'the same')
    .action((argument: string | undefined, options: UserOptions) => {
      const user = argument ?? options.name;
      return user === undefined
        ? command.error("error: missing required argument 'name'")
        : open(options, user, run);
    });
  return withDataOptions(command);
}

function withPassword(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input')
    .option('--link', 'print a one-time link, good for a day, where the user sets the password')
    .option(
      '--password <password>',
      'the password; others on this machine may see it, so prefer --password-stdin',
    );
}

function open(options: UserOptions, name: string, run: (opened: Opened) => Promise<void>): Promise<void> {
  return withRegistry(options, (registry) => {
    const people = openPeople({
      ...{ registry, clock: systemClock, turns: openPasswordTurns() },
      ...commandLine,
    });
    return run({ registry, people, options, name });
  });
}

async function list({ registry, options }: Opened): Promise<void> {
  const all = await registry.users.list();
  if (options.json) printJson({ value: all.map(showUser) });
  else if (all.length === 0) print('There is no user yet; `carillon user create` makes one.');
  else for (const user of all) print(lineOf(user));
}

async function show({ people, options, name }: Opened): Promise<void> {
  const user = await people.find(name);
  if (options.json) printJson(showUser(user));
  else print(lineOf(user));
}

async function create(opened: Opened): Promise<void> {
  const { people, options, name } = opened;
  const password = options.link ? null : await readPassword(options);
  const { operator = false, operatorRead = false } = options;
  const user = await people.create({ name, password, operator, operatorRead });
  const link = options.link ? showLink(await makeLink(opened, user)) : {};
  printJson({ userId: user.id, name: user.name, ...link });
}

async function makeLink({ registry, options }: Opened, user: LocalUser): Promise<PasswordLink> {
  const issuer = issuerOf(await publicUrlOf(registry, options));
  return openPasswordLinks({ registry, issuer, clock: systemClock }).make(user);
}

async function setPassword(opened: Opened): Promise<void> {
  const { people, options, name } = opened;
  const user = await people.find(name);
  if (options.link) {
    const link = await makeLink(opened, user);
    if (options.json) printJson({ userId: user.id, name: user.name, ...showLink(link) });
    else print(link.url);
    return;
  }
  await people.setPassword(user, await readPassword(options));
  done(options, user, 'has another password; all sessions have ended');
}

async function disable({ people, options, name }: Opened): Promise<void> {
  const user = await people.find(name);
  await people.disable(user);
  done(options, user, 'is disabled; all sessions have ended');
}

async function enable({ people, options, name }: Opened): Promise<void> {
  const user = await people.find(name);
  await people.enable(user);
  done(options, user, 'may sign in again');
}

/** One whose account is gone may still have a feed, and is named by id. */
async function remove(opened: Opened): Promise<void> {
  const { registry, options, name } = opened;
  const { users } = registry;
  const user = (await users.findByName(name)) ?? (await users.findById(name)) ?? { id: name, name };
  if (!options.yes) {
    const question = `Erase ${user.name} and all notifications and devices? Type the name to confirm: `;
    const typed = await ask(question, { hint: 'say --yes' });
    if (typed.trim() !== user.name) throw new Error('that is another name; nothing was deleted');
  }
  await erase(opened, user.id);
  done(options, user, 'is erased; all sessions have ended');
}

/** By the hub that serves the data, which alone may write a feed in SQLite. */
async function erase({ registry, options }: Opened, nameOrId: string): Promise<void> {
  const servedAt = options.databaseUrl ? null : await servingUrl(options, registry);
  const publicUrl = servedAt ?? (await publicUrlOf(registry, options));
  if (servedAt === null) {
    const { eraseFrom } = await import('../../hub/maintenance/erase.ts');
    const where = { ...options, registry, clock: systemClock, issuer: issuerOf(publicUrl) };
    await eraseFrom({ ...where, nameOrId, author: commandLine });
    return;
  }
  trustOwnAuthority(options.dataDir);
  const keys = await openSigningKeys(registry);
  const operator = { id: commandLine.who, name: commandLine.who, passwordHash: '', operator: true };
  const token = signToken(keys, {
    ...{ publicUrl, clock: systemClock, admin: true },
    ...{ clientId: 'carillon-cli', user: operator },
  });
  const path = `/admin/users/${encodeURIComponent(nameOrId)}`;
  const answer = await askHub({ publicUrl, token }, 'DELETE', path);
  if (answer.status !== 204) throw new Refusal(answer);
}

async function sessions({ registry, people, options, name }: Opened): Promise<void> {
  const user = await people.find(name);
  const value = await listSessions(registry, user.id, systemClock.now());
  if (options.json) printJson({ value });
  else if (value.length === 0) print(`${user.name} is signed in nowhere.`);
  for (const each of options.json ? [] : value)
    print(`${each.clients.join(', ')}  since ${each.signedInDateTime}  last used ${each.lastUsedDateTime}`);
}

async function readPassword({ password, passwordStdin }: UserOptions): Promise<string> {
  if (passwordStdin) return readFileSync(0, 'utf8').replace(/\r?\n$/, '');
  if (password !== undefined) {
    process.stderr.write(
      'warning: --password can be seen by others on this machine and will be removed; use --password-stdin\n',
    );
    return password;
  }
  const hidden = { hidden: true, hint: 'give the password by --password-stdin' };
  const first = await ask('Password: ', hidden);
  if ((await ask('Again: ', hidden)) !== first)
    throw new Error('the two passwords differ; nothing was changed');
  return first;
}

function lineOf({ id, name, operator, operatorRead, disabled }: LocalUser): string {
  const role = operator ? ['operator'] : operatorRead ? ['operator-read'] : [];
  return [name, id, ...role, ...(disabled ? ['disabled'] : [])].join('  ');
}

function done({ json }: UserOptions, { id, name }: Pick<LocalUser, 'id' | 'name'>, what: string): void {
  if (json) printJson({ userId: id, name });
  else print(`${name} ${what}.`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
