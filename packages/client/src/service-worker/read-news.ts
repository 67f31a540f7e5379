// What the hub says since this browser's own cursor, the page's one untouched. Without a cursor, or with one that the hub
// no longer honours, it starts from now and asks for what a push named and what is on the screen.
import type { FrameValue } from '@carillon/protocol';
import { HubError } from '../hub-error.ts';
import type { DeltaCursor, Requests } from '../requests.ts';

export interface News {
  readonly values: readonly FrameValue[];
  readonly cursor: string;
  readonly unreadCount: number;
}

/** A worker that is woken for one push asks for no more than this many single notifications. */
const askedForMax = 20;

export async function readNews(
  requests: Requests,
  cursor: string | null,
  concerned: Iterable<string>,
): Promise<News> {
  if (cursor !== null) {
    const news = await readDelta(requests, cursor).catch((error: unknown) => {
      if (error instanceof HubError && error.kind === 'resyncRequired') return null;
      throw error;
    });
    if (news) return news;
  }
  // First the position, then what is there: a change in between comes again.
  const { cursor: from, unreadCount } = await readDelta(requests, 'latest');
  const ids = [...new Set(concerned)].slice(0, askedForMax);
  const values = await Promise.all(ids.map((id) => readOne(requests, id)));
  return { values, cursor: from, unreadCount };
}

async function readDelta(requests: Requests, deltaToken: string): Promise<News> {
  const values: FrameValue[] = [];
  let at: DeltaCursor = { done: true, deltaToken };
  for (;;) {
    const page = await requests.delta(at);
    values.push(...page.values);
    at = page.cursor;
    if (at.done) return { values, cursor: at.deltaToken, unreadCount: page.unreadCount ?? 0 };
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
