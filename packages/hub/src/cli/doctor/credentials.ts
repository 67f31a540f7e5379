// The push credentials of each app: whether the hub can decrypt them, whether their provider accepts them (it is asked),
// and when they end as far as that is known.
import type { AppId } from '../../model/app.ts';
import {
  type CredentialedChannel,
  credentialed,
  type OpenChannels,
  providerOf,
  withoutCredentials,
} from '../../push/channels/channels.ts';
import type { ChannelDescriptors } from '../../push/channels/descriptor.ts';
import type { Registry } from '../../store/registry.ts';
import { type Finding, fail, ok } from './finding.ts';

export async function checkCredentials(registry: Registry, channels: OpenChannels): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of registry.apps.list()) {
    for (const { kind } of registry.credentials.list(id)) {
      findings.push(await checkOne(id, kind, registry, channels));
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
