// A redrive of many that goes on until it is cancelled, since one of a test's few deliveries ends before anybody can look. The
// page gets it in place of the hub's answers, in the shape of the protocol.
import type { redriveJobSchema } from '@carillon/protocol/schemas';
import type { BrowserContext } from 'playwright-core';
import type { Static } from 'typebox';

export async function showRedriveUnderWay(profile: BrowserContext): Promise<void> {
  let job: Static<typeof redriveJobSchema> = {
    ...{ id: 'one', state: 'running', dryRun: false, app: 'app-a', channel: null, reason: null, more: false },
    ...{ foundCount: 200, redrivenCount: 40, startedDateTime: '2030-01-01T00:00:00Z', endedDateTime: null },
  };
  await profile.route(/\/admin\/deliveries\/redrives/, async (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.endsWith('/cancel')) job = { ...job, state: 'cancelled', endedDateTime: '2030-01-01T00:01:00Z' };
    await route.fulfill({ json: path.endsWith('/redrives') ? { value: [job] } : job });
  });
}
