// `carillon send`: sends one notification and prints its id. Beside a running hub it uses HTTP, so that devices get it at
// once. Without one it takes the same steps into the same store. With --watch it follows the notification on the user's
// devices (watch.ts).
import type { Notification } from '@carillon/protocol';
import { Command } from 'commander';
import { mintToken } from '../../auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Registry } from '../../store/registry.ts';
import { type Caller, callHub, readAnswer } from '../call-hub.ts';
import {
  type DataOptions,
  printJson,
  publicUrlOf,
  servingUrl,
  trustOwnAuthority,
  withDataOptions,
  withRegistry,
} from '../data-dir.ts';
import { appChoice, askOwnHub, chooseApp } from '../own-hub.ts';
import { type ContentOptions, postOf, withContentOptions } from '../send-content.ts';
import { lineOf, lookBefore, type Report, watch } from '../watch.ts';

interface SendOptions extends DataOptions, ContentOptions {
  readonly user: string;
  readonly app?: string;
  readonly watch?: boolean;
}

interface Letter extends Caller {
  readonly body: string;
}

export function sendCommand(): Command {
  const command = new Command('send')
    .description('send one notification to a local user')
    .requiredOption('--user <name>', 'who gets it')
    .option('--app <id>', `the app that sends ${appChoice}`)
    .option(
      '--watch',
      'follow what becomes of it on each device, until it is handled or nothing more is expected',
    )
    .action(send);
  return withDataOptions(withContentOptions(command));
}

async function send(options: SendOptions): Promise<void> {
  const letter = await withRegistry(options, async (registry) => {
    const servedAt = await servingUrl(options, registry);
    const publicUrl = options.publicUrl ?? servedAt ?? (await publicUrlOf(registry, options));
    return { ...(await write(registry, options, publicUrl)), served: servedAt !== null };
  });
  const { served } = letter;
  if (served) trustOwnAuthority(options.dataDir);
  // Read before the post, so that the stream shows everything that happens to the notification.
  const before = served && options.watch ? await lookBefore(letter) : null;
  const sent = served
    ? await callHub(letter, 'POST', 'notifications', letter.body)
    : await askOwnHub(letter, { method: 'POST', path: '/v1.0/me/notifications', body: letter.body }, options);
  const { id } = readAnswer<Notification>(sent, 'id');
  if (options.json) printJson({ id });
  else process.stdout.write(`${id}\n`);
  if (!options.watch) return;
  const report = openReport(options.json ?? false, id);
  report({ what: 'posted' });
  if (before) await watch(letter, { id, ...before, clock: systemClock, report });
  else
    report({ what: 'waiting', message: 'no hub runs on this data; the next one that does sends the pushes' });
}

async function write(registry: Registry, options: SendOptions, publicUrl: string): Promise<Letter> {
  const { user, app } = options;
  const from = chooseApp(registry.apps.list(), app);
  const token = await mintToken({ registry, publicUrl, clock: systemClock, appId: from.id, userName: user });
  return { publicUrl, token, body: JSON.stringify(postOf(options, from.hosts[0])) };
}

function openReport(json: boolean, id: string): Report {
  return (event) => {
    const { dateTime: at, what, ...more } = { dateTime: null, ...event };
    const dateTime = at ?? new Date(systemClock.now()).toISOString();
    if (json) printJson({ dateTime, what, id, ...more });
    else process.stdout.write(`${dateTime} ${lineOf(event, id)}\n`);
  };
}
