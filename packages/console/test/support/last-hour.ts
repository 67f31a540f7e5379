// The hour that a hub kept, in place of that of a test's hub, which has just begun: a notification each second, all accepted.
import type { overviewSchema } from '@carillon/protocol/schemas';
import type { BrowserContext } from 'playwright-core';
import type { Static } from 'typebox';

const nothingSeen = { count: 0, p50: null, p95: null, p99: null };

export async function showLastHour(profile: BrowserContext): Promise<void> {
  const now = { streams: 3, writes: 0, deliveries: 2, attempts: 0, eventLoopLagSeconds: 0.001 };
  const counts = { creates: 15, changes: 0, requests: 15, throttled: 0 };
  const deliveriesByVerdict = [{ channel: 'fcm', verdict: 'accepted', count: 15 }];
  const answer: Static<typeof overviewSchema> = {
    node: { version: '1.0.0', startedDateTime: '2026-01-01T00:00:00Z' },
    ...{ pointSeconds: 15, now, commitSeconds: nothingSeen, createToAcceptedSeconds: nothingSeen },
    ...{ latencies: [], backlogByChannel: [], credentials: [] },
    points: Array.from({ length: 240 }, (_, index) => {
      const endDateTime = new Date(Date.now() - (240 - index) * 15_000).toISOString();
      return { endDateTime, ...counts, deliveriesByVerdict, ...now };
    }),
  };
  await profile.route(/\/admin\/overview$/, (route) => route.fulfill({ json: answer }));
}
