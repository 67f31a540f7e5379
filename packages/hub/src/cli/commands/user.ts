// `carillon user create`: a local user of the embedded provider, who can sign in at once. Only the hash of the password
// is kept; a name that exists is an error, never a change.
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { hashPassword } from '../../auth/provider/sign-in/passwords.ts';
import { type DataOptions, printJson, withDataOptions, withRegistry } from '../data-dir.ts';

interface UserOptions extends DataOptions {
  readonly name: string;
  readonly password: string;
  readonly operator?: boolean;
}

export function userCommand(): Command {
  const create = new Command('create')
    .description('create a local user')
    .requiredOption('--name <name>', 'user principal name, like alice@contoso.example')
    .requiredOption('--password <password>', 'password of the user')
    .option('--operator', 'may administer the hub')
    .action(createUser);
  return new Command('user')
    .description('local users of the embedded identity provider')
    .addCommand(withDataOptions(create));
}

async function createUser(options: UserOptions): Promise<void> {
  const name = options.name.trim();
  if (!/^[^\s\p{Cc}]{1,256}$/u.test(name)) {
    throw new Error('--name must be 1 to 256 characters without spaces, like alice@contoso.example');
  }
  if (options.password === '') throw new Error('--password must not be empty');
  const passwordHash = await hashPassword(options.password);
  await withRegistry(options, async (registry) => {
    const id = randomUUID();
    await registry.users.put({ id, name, passwordHash, operator: options.operator ?? false });
    printJson({ userId: id, name });
  });
}
