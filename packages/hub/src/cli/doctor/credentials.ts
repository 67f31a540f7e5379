// The push credentials of each app: whether the hub can decrypt them, whether their provider takes them, by asking it,
// and what is known of when they end.
import type { AppId } from '../../model/app.ts';
import type { CredentialKind } from '../../model/credentials.ts';
import type { Channels } from '../../push/dispatch/send.ts';
import type { Registry, StoredCredentials } from '../../store/registry.ts';
import { type Finding, fail, ok } from './finding.ts';

const ends: { readonly [K in CredentialKind]: string } = {
  wns: 'a secret of Entra ends on the date shown there, which the hub can not see',
  apns: 'a key of APNs does not expire',
  fcm: 'a key of a service account does not expire',
};

/** Where each provider is, when the credentials name no other place: whom the clock is compared with. */
const providers: { readonly [K in CredentialKind]: string } = {
  wns: 'https://login.microsoftonline.com',
  apns: 'https://api.push.apple.com',
  fcm: 'https://fcm.googleapis.com',
};

export async function checkCredentials(registry: Registry, channels: Channels): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of registry.apps.list()) {
    for (const { kind } of registry.credentials.list(id)) {
      findings.push(await checkOne(id, kind, registry, channels));
    }
  }
  if (findings.length > 0) return findings;
  return [ok('credentials', 'no app has any: pushes go over Web Push only, which needs none')];
}

async function checkOne(
  app: AppId,
  kind: CredentialKind,
  { credentials }: Registry,
  channels: Channels,
): Promise<Finding> {
  const name = `credentials ${app} ${kind}`;
  try {
    credentials.find(app, kind);
  } catch (error) {
    return { status: 'fail', name, message: (error as Error).message };
  }
  const checked = await channels[kind].check(app);
  if (!checked) return ok(name, 'not needed');
  if (checked.ok) return ok(name, `${checked.message}; ${ends[kind]}`);
  return fail(name, checked.message, `then \`carillon app channel set --app ${app} --channel ${kind} …\``);
}

export function providerUrls(registry: Registry): string[] {
  const stored = registry.apps.list().flatMap(({ id }) => registry.credentials.list(id));
  return [...new Set(stored.map(urlOf))];
}

function urlOf({ kind, shown }: StoredCredentials): string {
  const { tokenUrl, baseUrl } = shown as { tokenUrl?: string; baseUrl?: string };
  return new URL(tokenUrl ?? baseUrl ?? providers[kind]).origin;
}
