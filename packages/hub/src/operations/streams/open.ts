// Follows a feed live, from a cursor or from now. The operation decides on the start; the edge owns the connection.
// A cursor that can't be honoured becomes a `resync` frame: a browser's EventSource would not show a refusal's reason.
import type { StreamStart } from '../../live/stream.ts';
import { HubError } from '../../model/errors.ts';
import { liveStream } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { text } from '../kernel/query.ts';

export const openStream = operation({
  name: 'openStream',
  method: 'GET',
  paths: ['/me/notifications/stream'],
  access: 'user',
  summary: 'follow changes live: `Accept: text/event-stream` or a WebSocket; `Last-Event-ID`',
  query: { $deltatoken: text, ticket: text },
  answer: liveStream,
  async run({ user, principal, query, lastEventId, acting, count }, { cursors, fetched }) {
    const startAt = (cursor: string): StreamStart =>
      readCursor(() => cursors.read(user.key, principal.visibility, cursor));
    /** A device that comes to a cursor has fetched all before it. */
    const reached = async (start: StreamStart): Promise<void> => {
      if (acting && start !== null && start !== 'unreadable')
        await fetched.upTo(acting.subscription, start.seq);
    };
    // A browser that reconnects sends both: the id is newer than the URL that it started with.
    const given = lastEventId ?? query.$deltatoken ?? '';
    const from = given === '' || given === 'latest' ? null : startAt(given);
    await reached(from);
    if (acting) void fetched.present(acting.subscription);
    const acknowledge = (cursor: string): Promise<void> => reached(startAt(cursor));
    const subscription = acting?.subscription.id ?? null;
    return { outcome: 'ok', stream: { user, principal, from, subscription, acknowledge, count } };
  },
});

function readCursor(read: () => StreamStart): StreamStart {
  try {
    return read();
  } catch (error) {
    if (error instanceof HubError && error.kind === 'resyncRequired') return 'unreadable';
    throw error;
  }
}
