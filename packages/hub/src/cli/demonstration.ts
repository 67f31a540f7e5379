// What `carillon serve --dev` adds: two users, an app, and commands that can be pasted into any terminal. Their tokens are
// in the data folder as header files for curl, and are renewed while the hub runs.

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { mintToken } from '../auth/provider/exchange/mint-token.ts';
import { hashPassword } from '../auth/provider/sign-in/passwords.ts';
import type { Config } from '../config/config.ts';
import { findPage, readPage } from '../edge/pages/page-files.ts';
import type { Hub } from '../hub/open-hub.ts';
import { systemClock } from '../lib/clock.ts';
import type { Registry } from '../store/registry.ts';
import { commandLine } from './data-dir.ts';

export const demonstrationApp = 'demo';
const appId = demonstrationApp;
const host = 'demo.example';
const password = 'carillon';
const users = ['alice@demo.example', 'bob@demo.example'];
const renewEveryMs = 30 * 60_000;

export async function printDemonstration(hub: Hub, config: Config): Promise<void> {
  const { registry } = hub;
  await makeData(registry);
  const folder = resolve(config.dataDir, 'demo');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const renew = async (): Promise<void> => {
    for (const user of users) await writeHeaders(folder, user, registry, config.publicUrl);
  };
  await renew();
  // One that fails for a while leaves the tokens of the time before, which last until the next.
  systemClock.every(renewEveryMs, () => void renew().catch(() => {}));
  process.stdout.write(text(config.publicUrl, folder, hub.caPath));
}

async function makeData({ apps, users: known, audit }: Registry): Promise<void> {
  const entry = (what: string, on: string) => ({ at: systemClock.now(), ...commandLine, what, on });
  if (!apps.findById(appId)) {
    const client = { clientId: appId, public: false, secretHash: null, redirectUris: [] };
    await audit.record(entry('putApp', `apps/${appId}`), (within) =>
      within.apps.put({ id: appId, hosts: [host], blocked: false, clients: [client] }),
    );
  }
  for (const name of users) {
    if (await known.findByName(name)) continue;
    const user = { id: randomUUID(), name, passwordHash: await hashPassword(password), operator: false };
    await audit.record(entry('userCreated', `users/${user.id}`), (within) => within.users.put(user));
  }
}

function headerFile(folder: string, user: string): string {
  return join(folder, `${user.split('@', 1)[0]}.headers`);
}

async function writeHeaders(
  folder: string,
  userName: string,
  registry: Registry,
  publicUrl: string,
): Promise<void> {
  const token = await mintToken({
    registry,
    publicUrl,
    clock: systemClock,
    appId,
    userName,
  });
  const headers = `Authorization: Bearer ${token}\nContent-Type: application/json\n`;
  writeFileSync(headerFile(folder, userName), headers, { mode: 0o600 });
}

function text(publicUrl: string, folder: string, caPath: string | null): string {
  const isBuilt = readPage(findPage('inbox')) !== null;
  const curl = caPath === null ? 'curl' : `curl --cacert '${resolve(caPath)}'`;
  const as = `-H '@${headerFile(folder, users[0] as string)}'`;
  const feed = `${publicUrl}/v1.0/me/notifications`;
  const body = `{"targetHostName":"${host}","payload":{"visualContent":{"title":"Lunch is ready","body":"Soup today"}}}`;
  return `
Inbox: ${publicUrl}/inbox${isBuilt ? '' : ' (its page is not built here: npm run build)'}
Sign in as ${users.join(' or ')}, password ${password}. Open it in a second browser too, or in a private
window: what you handle in one is settled in both. The commands below bring their own tokens.

Watch as one more of Alice's devices:
  ${curl} -N ${as} -H 'Accept: text/event-stream' '${feed}/stream'

Send Alice a notification:
  ${curl} ${as} '${feed}' -d '${body}'

Dismiss everything, and see it go on all devices:
  ${curl} ${as} '${feed}/updateState' -d '{"all":true,"userActionState":"dismissed"}'

`;
}
