// Reads what changed since the worker's own cursor, and the notifications that a push named and this browser has not seen.
// Without a cursor, or with one that the hub no longer honours, it starts from now and reads what pushes named and what is
// on the screen. The page has a cursor of its own.
import type { FrameValue } from '@carillon/protocol';
import { HubError } from '../requests/hub-error.ts';
import type { DeltaCursor, Requests } from '../requests/requests.ts';

export interface Updates {
  readonly values: readonly FrameValue[];
  /** Those that do not ring on this device. */
  readonly silent: ReadonlySet<string>;
  readonly cursor: string;
  readonly unreadCount: number;
}

/** The most single notifications that are read for one push. */
const askedForMax = 20;

export interface RequestedIds {
  /** By pushes. */
  readonly named: readonly string[];
  /** Those of them that were never seen here. */
  readonly unseen: readonly string[];
  readonly displayed: readonly string[];
}

export async function readUpdates(
  requests: Requests,
  cursor: string | null,
  { named, unseen, displayed }: RequestedIds,
): Promise<Updates> {
  if (cursor !== null) {
    const updates = await readDelta(requests, cursor).catch((error: unknown) => {
      if (error instanceof HubError && error.kind === 'resyncRequired') return null;
      throw error;
    });
    if (updates) {
      const told = new Set(updates.values.map(({ id }) => id));
      const missed = await readEach(
        requests,
        unseen.filter((id) => !told.has(id)),
      );
      return { ...updates, values: [...missed, ...updates.values] };
    }
  }
  // The position first, then the notifications: a change in between is read again next time.
  const { cursor: from, unreadCount } = await readDelta(requests, 'latest');
  const values = await readEach(requests, [...named, ...displayed]);
  // A push names what rings.
  return { values, silent: new Set(), cursor: from, unreadCount };
}

function readEach(requests: Requests, ids: readonly string[]): Promise<FrameValue[]> {
  const asked = [...new Set(ids)].slice(0, askedForMax);
  return Promise.all(asked.map((id) => readOne(requests, id)));
}

async function readDelta(requests: Requests, deltaToken: string): Promise<Updates> {
  const values: FrameValue[] = [];
  const silent = new Set<string>();
  let at: DeltaCursor = { done: true, deltaToken };
  for (;;) {
    const page = await requests.delta(at);
    values.push(...page.values);
    for (const id of page.silent) silent.add(id);
    at = page.cursor;
    if (at.done) return { values, silent, cursor: at.deltaToken, unreadCount: page.unreadCount ?? 0 };
  }
}

async function readOne(requests: Requests, id: string): Promise<FrameValue> {
  try {
    return await requests.get(id);
  } catch (error) {
    const isGone = error instanceof HubError && error.kind === 'notFound';
    if (isGone) return { id, '@removed': { reason: 'deleted' } };
    throw error;
  }
}
