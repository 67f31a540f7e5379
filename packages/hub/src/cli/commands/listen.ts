// `carillon listen`: forwards what changes in a user's feed to an endpoint on this machine, as the hub's webhooks are sent and
// signed. With a token and a base URL it works against any hub; without, it takes a token of the hub on this data.
import { readFileSync } from 'node:fs';
import { webhookLimits } from '@carillon/protocol';
import { Command } from 'commander';
import { mintToken } from '../../auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../lib/clock.ts';
import { readCertificate } from '../../webhooks/encrypted-content.ts';
import type { Caller } from '../call-hub.ts';
import {
  type DataOptions,
  publicUrlOf,
  trustOwnAuthority,
  withDataOptions,
  withRegistry,
} from '../data-dir.ts';
import { forward } from '../forward.ts';
import { openForwardState } from '../forward-state.ts';
import { appChoice, chooseApp } from '../own-hub.ts';

interface ListenOptions extends DataOptions {
  readonly forwardTo: string;
  readonly user?: string;
  readonly app?: string;
  readonly baseUrl?: string;
  readonly token?: string;
  readonly clientState?: string;
  readonly certificate?: string;
  readonly state?: string;
}

export function listenCommand(): Command {
  const command = new Command('listen')
    .description('forward the changes of a feed to an endpoint on this machine, as webhooks')
    .requiredOption('--forward-to <url>', 'the endpoint')
    .option('--user <name>', 'whose feed, of the hub on this data')
    .option('--app <id>', `the app whose notifications are forwarded ${appChoice}`)
    .option('--base-url <url>', 'another hub; with --token')
    .option('--token <token>', 'an access token of a user, for that hub')
    .option('--client-state <text>', 'comes with every change, as `clientState`')
    .option('--certificate <file>', 'send the notification too, encrypted for this certificate (DER or PEM)')
    .option('--state <file>', 'keep the place and the secret there, and go on with them after a restart')
    .action(async (options: ListenOptions) => {
      if (!URL.canParse(options.forwardTo)) command.error('error: --forward-to takes a URL');
      if (options.token === undefined && options.user === undefined)
        command.error('error: say whose feed: --user, or --base-url with --token');
      if ((options.clientState?.length ?? 0) > webhookLimits.clientStateCharacters)
        command.error(`error: --client-state has at most ${webhookLimits.clientStateCharacters} characters`);
      await listen(options);
    });
  return withDataOptions(command);
}

async function listen(options: ListenOptions): Promise<void> {
  const { forwardTo: url, clientState = null, certificate: file } = options;
  const certificate = file === undefined ? null : readCertificateFile(file);
  const state = openForwardState(options.state);
  const caller = await callerOf(options);
  const report = (line: string): void => void process.stdout.write(`${line.replaceAll(/\p{Cc}/gu, ' ')}\n`);
  report(`signingSecret ${state.secret.text}`);
  const now = () => systemClock.now();
  await forward(caller, { url, state, clientState, certificate, now, report });
}

/** As the hub takes it in `encryptionCertificate`. */
function readCertificateFile(file: string): string {
  const bytes = readFileSync(file);
  return readCertificate(bytes.includes('-----BEGIN') ? bytes.toString() : bytes.toString('base64'));
}

function callerOf(options: ListenOptions): Promise<Caller> {
  const { token, baseUrl, user, app } = options;
  trustOwnAuthority(options.dataDir);
  return withRegistry(options, async (registry) => {
    const publicUrl = baseUrl?.replace(/\/+$/, '') ?? (await publicUrlOf(registry, options));
    if (token !== undefined) return { publicUrl, token };
    const { id: appId } = chooseApp(registry.apps.list(), app);
    const minted = await mintToken({ registry, publicUrl, clock: systemClock, appId, userName: user });
    return { publicUrl, token: minted };
  });
}
