// The push credentials of each app: whether the hub can decrypt them, whether their provider accepts them (it is asked),
// and when they end as far as that is known.
import type { AppId } from '../../model/app.ts';
import { formatDateTime } from '../../model/date-time.ts';
import {
  type CredentialedChannel,
  credentialed,
  type OpenChannels,
  providerOf,
  withoutCredentials,
} from '../../push/channels/channels.ts';
import type { ChannelDescriptors } from '../../push/channels/descriptor.ts';
import { readCredentialFault } from '../../push/dispatch/credential-faults.ts';
import { readMassEnd } from '../../push/dispatch/mass-end.ts';
import type { Registry } from '../../store/registry.ts';
import { type Finding, fail, ok } from './finding.ts';

export async function checkCredentials(
  registry: Registry,
  channels: OpenChannels,
  now: number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of registry.apps.list()) {
    for (const { kind, setAt } of registry.credentials.list(id)) {
      const checked = await checkOne(id, kind, registry, channels);
      findings.push(
        checked,
        ...(await checkAnswers({ app: id, channel: kind, since: setAt, now }, registry)),
      );
    }
  }
  if (findings.length > 0) return findings;
  const rest = withoutCredentials([...channels.values()].map(({ descriptor }) => descriptor));
  return [ok('credentials', `no app has any: pushes go over ${rest} only, which needs none`)];
}

async function checkOne(
  app: AppId,
  kind: string,
  { credentials }: Registry,
  channels: OpenChannels,
): Promise<Finding> {
  const name = `credentials ${app} ${kind}`;
  const open = channels.get(kind);
  if (!open) return fail(name, 'this hub has no such channel', `remove them, or run the version that has it`);
  try {
    credentials.find(app, kind);
  } catch (error) {
    return { status: 'fail', name, message: error instanceof Error ? error.message : String(error) };
  }
  const checked = await open.channel.check(app);
  if (!checked) return ok(name, 'not needed');
  const { expiry } = open.descriptor.credentials ?? {};
  if (checked.ok) return ok(name, expiry ? `${checked.message}; ${expiry}` : checked.message);
  return fail(name, checked.message, `then \`carillon app channel set --app ${app} --channel ${kind} …\``);
}

type Looked = { app: AppId; channel: string; since: number; now: number };

/** What the provider says of pushes, which asking it for a token does not show. */
async function checkAnswers(looked: Looked, { meta }: Registry): Promise<Finding[]> {
  const { app, channel } = looked;
  const fault = await readCredentialFault(meta, looked);
  if (!fault) return [];
  const what = `its provider refused a push at ${formatDateTime(fault.at)}: ${fault.reason}; no address ended for it`;
  const todo = `check that the credentials are of the project, team or app that the devices registered with, then \`carillon app channel set --app ${app} --channel ${channel} …\``;
  return [fail(`pushes ${app} ${channel}`, what, todo)];
}

/** Where so many addresses were reported dead that the hub stopped ending them. */
export async function checkMassEnds(registry: Registry, channels: ChannelDescriptors): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of registry.apps.list()) {
    for (const { type } of channels) {
      const stopped = await readMassEnd(registry.meta, id, type);
      if (!stopped) continue;
      const since = formatDateTime(stopped.since);
      const what = `${stopped.count} addresses were reported dead within an hour, more than 1 % of the app's: since ${since} no more end`;
      const todo = `look whether the credentials are right; when the devices are really gone, POST /admin/apps/${id}/channels/${type}/allowEnds`;
      findings.push(fail(`addresses ${id} ${type}`, what, todo));
    }
  }
  return findings;
}

/** Where the providers of all stored credentials are: whom the clock is compared with. */
export function providerUrls(registry: Registry, channels: ChannelDescriptors): string[] {
  const known = new Map(credentialed(channels).map((each) => [each.type, each]));
  const stored = registry.apps.list().flatMap(({ id }) => registry.credentials.list(id));
  const urls = stored.flatMap(({ kind, shown }) => {
    const channel: CredentialedChannel | undefined = known.get(kind);
    return channel ? [providerOf(channel.credentials, shown)] : [];
  });
  return [...new Set(urls)];
}
