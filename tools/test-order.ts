// The order of test files: the static checks first, since what they say is the quickest to mend, then those that take
// longest, so that none of them is left to run alone at the end, then the others by name.
import { join } from 'node:path';

/** Longest first, those that mostly wait beside those that compute; the runner prints the figures at the end of a run. */
export const longest: readonly string[] = [
  'tools/check.test.ts',
  'tools/pack/image/image.test.ts',
  'packages/hub/test/crash/cluster-kill.test.ts',
  'packages/hub/test/crash/question-kill.test.ts',
  'packages/web/test/firefox.test.ts',
  'packages/hub/test/crash/lost-log.test.ts',
  'packages/hub/test/crash/webhook-kill.test.ts',
  'tools/documents/commands.test.ts',
  'packages/conform/test/conform.test.ts',
  'packages/web/test/sign-in.test.ts',
  'tools/pack/installed.test.ts',
  'packages/web/test/preferences.test.ts',
  'packages/hub/test/crash/push-kill.test.ts',
  'packages/inbox/test/handling.test.ts',
  'packages/hub/test/flow/operating/rotation.test.ts',
  'packages/web/test/languages.test.ts',
  'packages/hub/test/contract/postgres-store.test.ts',
  'packages/web/test/inbox-page.test.ts',
  'packages/hub/test/crash/network-cut.test.ts',
  'packages/inbox/test/states.test.ts',
  'packages/hub/test/flow/floods/operations.test.ts',
  'packages/web/test/sessions.test.ts',
  'tools/pack/installed-node-26.test.ts',
  'packages/web/test/devices.test.ts',
  'packages/hub/test/contract/postgres-registry.test.ts',
  'packages/hub/test/flow/feed/postgres-feed.test.ts',
  'packages/console/test/console.test.ts',
  'packages/client/test/denied-in-firefox.test.ts',
  'packages/hub/test/crash/kill.test.ts',
  'packages/inbox/test/states-phone.test.ts',
  'packages/hub/test/flow/streams/tickets.test.ts',
  'packages/hub/test/flow/streams/streams.test.ts',
  'packages/client/test/service-worker.test.ts',
  'packages/hub/test/flow/push/postgres-push.test.ts',
  'packages/hub/test/flow/floods/visits.test.ts',
  'packages/client/test/convergence.test.ts',
  'packages/hub/test/crash/log.test.ts',
  'tools/pack/old-tools.test.ts',
  'packages/hub/test/flow/identity/identity.test.ts',
  'packages/web/test/a-day.test.ts',
  'packages/hub/test/flow/push/push-dispatch.test.ts',
  'packages/web/test/push-switch.test.ts',
  'packages/hub/test/flow/cli/app-channel.test.ts',
  'packages/hub/test/flow/push/push-retry.test.ts',
  'packages/hub/test/contract/sqlite-store.test.ts',
];

export function inOrder(files: readonly string[]): string[] {
  const ranks = new Map(longest.map((path, index) => [join(path), index]));
  const rankOf = (file: string): number => ranks.get(file) ?? longest.length;
  return [...files].sort((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b));
}
