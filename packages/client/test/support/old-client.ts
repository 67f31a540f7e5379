// The client as it was published before notifications could be answered: one bundle of its entries, kept beside the pages
// of the tests, since a clone of the repository may lack the revision that it was built from. How, its first line says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import type * as compat from '../../src/compat/index.ts';
import type { connectHub } from '../../src/hub-client.ts';
import type { serveNotifications } from '../../src/service-worker/index.ts';

/** Named by the types of today, of which it has a part. */
export interface OldClient {
  readonly connectHub: typeof connectHub;
  readonly serveNotifications: typeof serveNotifications;
  readonly compat: Pick<typeof compat, 'UserNotificationApiImpl' | 'UserNotificationApiResultStatus'>;
}

export function loadOldClient(): OldClient {
  const path = join(import.meta.dirname, '..', 'pages', 'client-before-questions.js');
  const loaded: OldClient = runInThisContext(`${readFileSync(path, 'utf8')}\ncarillonBefore`);
  return loaded;
}
