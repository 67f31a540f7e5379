// `carillon ask`: asks a local user a question and waits for the answer, which it prints. Exits 0 with an answer, 3 when the
// deadline passed without one. A hub that is away for a while, or another node in its place, costs a wait and no answer.
import { limits, type Notification, type NotificationResponse } from '@carillon/protocol';
import { Command, InvalidArgumentError } from 'commander';
import { mintToken } from '../../auth/provider/exchange/mint-token.ts';
import { pause, systemClock } from '../../lib/clock.ts';
import type { Registry } from '../../store/registry.ts';
import { type Caller, callHub, Refusal, readAnswer } from '../call-hub.ts';
import {
  type DataOptions,
  printJson,
  servingUrl,
  trustOwnAuthority,
  withDataOptions,
  withRegistry,
} from '../data-dir.ts';
import { appChoice, chooseApp } from '../own-hub.ts';
import { type ContentOptions, postOf, withContentOptions } from '../send-content.ts';

interface AskOptions extends DataOptions, ContentOptions {
  readonly user: string;
  readonly app?: string;
  /** In milliseconds. */
  readonly timeout?: number;
  readonly default?: string;
}

/** The deadline passed without a default. */
const nobodyAnswered = 3;
/** Below the minute after which some proxies give up. */
const waitSeconds = 50;
const againMs = 1000;
const hourMs = 3_600_000;

export function askCommand(): Command {
  const command = new Command('ask')
    .description('ask a local user a question, wait for the answer and print its action; exits 3 without one')
    .requiredOption('--user <name>', 'who is asked')
    .option('--app <id>', `the app that asks ${appChoice}`)
    .option('--timeout <time>', 'how long it may be answered, like 90s, 10m, 2h or 3d', readTimeout)
    .option('--default <action>', 'the action that counts when the time is over')
    .action(askUser);
  return withDataOptions(withContentOptions(command));
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: hourMs, d: 24 * hourMs };

function readTimeout(text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,7})([smhd])?$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? 0);
  // The notification outlives its deadline.
  if (ms > 0 && ms <= limits.expirationDaysMax * 24 * hourMs - 2 * hourMs) return ms;
  throw new InvalidArgumentError('Give it like 90s, 10m, 2h or 3d, and less than 30 days.');
}

async function askUser(options: AskOptions): Promise<void> {
  const asks = options.jsonBody !== undefined || options.action?.some(({ url }) => url === undefined);
  if (!asks) throw new Error('give at least one --action id=Title, which answers');
  const { caller, body } = await withRegistry(options, async (registry) => {
    const publicUrl = options.publicUrl ?? (await servingUrl(options, registry));
    if (publicUrl === null)
      throw new Error('no hub runs on this data, so nobody can be asked: start it first');
    const { hosts } = chooseApp(registry.apps.list(), options.app);
    return { caller: await callerOf(registry, options, publicUrl), body: questionOf(options, hosts[0]) };
  });
  trustOwnAuthority(options.dataDir);
  const { id } = readAnswer<Notification>(
    await callHub(caller, 'POST', 'notifications', JSON.stringify(body)),
    'id',
  );
  const response = await awaitResponse(id, caller, options);
  const { actionId, text, respondedDateTime, respondedBy } = response;
  if (options.json) printJson({ id, actionId, text, respondedDateTime, respondedBy });
  else if (actionId !== null) process.stdout.write(`${actionId}\n`);
  if (actionId !== null) return;
  process.stderr.write('nobody answered in time\n');
  process.exitCode = nobodyAnswered;
}

async function callerOf(registry: Registry, { user, app }: AskOptions, publicUrl: string): Promise<Caller> {
  const { id } = chooseApp(registry.apps.list(), app);
  const token = await mintToken({ registry, publicUrl, clock: systemClock, appId: id, userName: user });
  return { publicUrl, token };
}

function questionOf(options: AskOptions, host: string | undefined): object {
  const { timeout, default: defaultActionId } = options;
  const post = postOf(options, host);
  if (timeout === undefined && defaultActionId === undefined) return post;
  const inTime = (ms: number) => new Date(systemClock.now() + ms).toISOString();
  return {
    ...post,
    ...(timeout === undefined || timeout < 6 * 24 * hourMs
      ? {}
      : { expirationDateTime: inTime(timeout + hourMs) }),
    responsePolicy: {
      ...post.responsePolicy,
      ...(timeout === undefined ? {} : { respondByDateTime: inTime(timeout) }),
      ...(defaultActionId === undefined ? {} : { defaultActionId }),
    },
  };
}

async function awaitResponse(id: string, from: Caller, options: AskOptions): Promise<NotificationResponse> {
  let caller = from;
  let complaint = '';
  for (;;) {
    const answer = await callHub(
      caller,
      'GET',
      `notifications/${id}/response?waitSeconds=${waitSeconds}`,
    ).catch((error: Error) => error);
    if (!(answer instanceof Error)) {
      if (answer.status === 200) return readAnswer<NotificationResponse>(answer, 'actionId');
      if (answer.status === 204) continue;
      if (answer.status === 404) throw new Error('the question was removed before it was answered');
    }
    const failure = answer instanceof Error ? answer : new Refusal(answer);
    if (failure instanceof Refusal && failure.status === 401)
      caller = await withRegistry(options, (registry) => callerOf(registry, options, from.publicUrl));
    else if (failure instanceof Refusal && !failure.passes) throw failure;
    // Said once, however often it is tried again.
    if (failure.message !== complaint) process.stderr.write(`${failure.message}; asking again\n`);
    complaint = failure.message;
    await pause(againMs);
  }
}
