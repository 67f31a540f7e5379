// Follows a feed live, from a cursor or from now. The operation decides on the start; the edge owns the connection.
// A cursor that was never this feed's is refused here; one that is too old is told by a `resync` frame.
import type { Answer, Call, Services } from './call.ts';

export async function openStream(call: Call, { cursors }: Services): Promise<Answer> {
  const { user, principal, query, lastEventId } = call;
  // A browser that reconnects sends both: the id is newer than the URL it began with.
  const text = lastEventId ?? query.get('$deltatoken');
  const fromNow = text === undefined || text === '' || text === 'latest';
  const from = fromNow ? null : cursors.read(user.key, principal.visibility, text);
  return { outcome: 'ok', stream: { user, principal, from } };
}
