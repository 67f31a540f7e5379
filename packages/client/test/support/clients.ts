// Clients of a test's hub: each with a network of its own that can be switched off, and without the waits that spread a
// thousand of them. Everything else is the real thing.
import assert from 'node:assert/strict';
import type { Notification } from '@carillon/protocol';
import { listAll } from '@carillon/testing/feed/views.ts';
import { type TestHub, type TestUser, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { connectHub, type Hub, type HubOptions } from '../../src/hub-client.ts';
import { Network } from './network.ts';

export interface Client extends AsyncDisposable {
  readonly hub: Hub;
  readonly feed: Feed;
  readonly network: Network;
}

export interface ClientOptions extends Partial<HubOptions> {
  readonly user?: TestUser;
  /** Default: the client of today. */
  readonly connect?: typeof connectHub;
}

export function openClient(
  hub: TestHub,
  { user = 'alice', connect = connectHub, ...options }: ClientOptions = {},
): Client {
  const network = new Network();
  const { fetch, WebSocket } = network;
  const client = connect({
    baseUrl: hub.baseUrl,
    token: async () => hub.token({ user, lifetimeSeconds: 1_000_000 }),
    ...(hub.clock instanceof ManualClock ? { clock: hub.clock } : {}),
    storage: 'memory',
    random: () => 0.001,
    ...{ fetch, WebSocket },
    ...options,
  });
  const feed = client.feed();
  return { hub: client, feed, network, [Symbol.asyncDispose]: () => client.close() };
}

function isInInbox({ userActionState }: Notification): boolean {
  return userActionState !== 'dismissed' && userActionState !== 'snoozed';
}

/** Waits until the feed shows what the hub lists and nothing waits, and fails with the difference. */
export async function converges(hub: TestHub, feed: Feed, name = 'the feed'): Promise<void> {
  const token = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
  const expected = async () => {
    const all = await listAll(hub, token);
    const unread = all.filter(({ readState }) => readState === 'unread').length;
    return { all: all.map(summary), items: all.filter(isInInbox).map(summary), unread, pending: 0 };
  };
  const shown = () => ({
    all: feed.all.map(summary),
    items: feed.items.map(summary),
    unread: feed.unreadCount,
    pending: feed.status.pending,
  });
  const same = async () => JSON.stringify(shown()) === JSON.stringify(await expected());
  await until(same, name).catch(async () => assert.deepEqual(shown(), await expected(), name));
}

function summary(item: Notification): string {
  const { id, contentVersion, readState, userActionState, payload } = item;
  return [id, contentVersion, readState, userActionState, payload.visualContent?.title].join(' ');
}

/** Posts as the app does; answers the id. */
export async function postTo(hub: TestHub, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const token = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
  const body = { targetHostName: 'a.example', payload: { visualContent: { title: 'Lunch' } }, ...more };
  const { status, json, text } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
  assert.ok(status === 200 || status === 201, text);
  return json.id as string;
}

export async function isLive({ feed }: Pick<Client, 'feed'>): Promise<void> {
  await until(() => feed.status.phase === 'live', `live, not ${JSON.stringify(feed.status)}`).catch(() => {
    assert.fail(`not live: ${JSON.stringify(feed.status)}`);
  });
}
