// Follows a feed live, from a cursor or from now. The operation decides on the start; the edge owns the connection.
// A cursor that can't be honoured is told by a `resync` frame: a browser's EventSource would not show a refusal's reason.
import type { StreamStart } from '../live/stream.ts';
import { HubError } from '../model/errors.ts';
import type { Answer, Call, Services } from './call.ts';

export async function openStream(call: Call, { cursors }: Services): Promise<Answer> {
  const { user, principal, query, lastEventId } = call;
  // A browser that reconnects sends both: the id is newer than the URL it began with.
  const text = lastEventId ?? query.get('$deltatoken');
  const fromNow = text === undefined || text === '' || text === 'latest';
  const from = fromNow ? null : readCursor(() => cursors.read(user.key, principal.visibility, text));
  return { outcome: 'ok', stream: { user, principal, from } };
}

function readCursor(read: () => StreamStart): StreamStart {
  try {
    return read();
  } catch (error) {
    if (error instanceof HubError && error.kind === 'resyncRequired') return 'unreadable';
    throw error;
  }
}
