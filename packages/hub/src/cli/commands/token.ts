// `carillon token`: prints an access token of the embedded provider and nothing else, for the first curl and for
// scripts. It needs no running server: whoever may read the data folder may sign.
import { Command } from 'commander';
import { accessTokenSeconds } from '../../auth/provider/claims.ts';
import { mintToken } from '../../auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../lib/clock.ts';
import { type DataOptions, printJson, publicUrlOf, withDataOptions, withRegistry } from '../data-dir.ts';

interface TokenOptions extends DataOptions {
  readonly app?: string;
  readonly client?: string;
  readonly user?: string;
  readonly scope?: readonly string[];
  readonly audience?: string;
  readonly admin?: boolean;
  readonly operatorRead?: boolean;
}

export function tokenCommand(): Command {
  const command = new Command('token')
    .description('print an access token of the embedded identity provider')
    .option('--app <id>', 'the app (may be left out with --admin or --operator-read)')
    .option('--client <id>', "one of the app's clients (default: the one with the app's own id)")
    .option('--user <name>', "for this user; without it the token is the app's own")
    .option(
      '--scope <scopes...>',
      'scopes of a delegated token (default: Notifications.ReadWrite.CreatedByApp)',
    )
    .option('--audience <audience>', 'audience of the token: an app id, or the hub (default)')
    .option('--admin', "an operator's token, for the admin operations")
    .option('--operator-read', 'one that only reads')
    .action(async (options: TokenOptions) => {
      if (options.app === undefined && !options.admin && !options.operatorRead) {
        command.error(
          "error: required option '--app <id>' not specified (only --admin and --operator-read work without it)",
        );
      }
      await printToken(options);
    });
  return withDataOptions(command);
}

async function printToken(options: TokenOptions): Promise<void> {
  await withRegistry(options, async (registry) => {
    const token = await mintToken({
      registry,
      publicUrl: await publicUrlOf(registry, options),
      clock: systemClock,
      appId: options.app,
      clientId: options.client,
      userName: options.user,
      scopes: options.scope?.flatMap((scope) => scope.split(' ')).filter(Boolean),
      audience: options.audience,
      admin: options.admin,
      operatorRead: options.operatorRead,
    });
    if (options.json) printJson({ accessToken: token, tokenType: 'Bearer', expiresIn: accessTokenSeconds });
    else process.stdout.write(`${token}\n`);
  });
}
