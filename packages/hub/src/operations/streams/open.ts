// Follows a feed live, from a cursor or from now. The operation decides on the start; the edge owns the connection.
// A cursor that can't be honoured is told by a `resync` frame: a browser's EventSource would not show a refusal's reason.
import type { StreamStart } from '../../live/stream.ts';
import { HubError } from '../../model/errors.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';

export async function openStream(call: Call, services: Services): Promise<Answer> {
  const { cursors } = services;
  const { user, principal, query, lastEventId } = call;
  // A browser that reconnects sends both: the id is newer than the URL it began with.
  const text = lastEventId ?? query.get('$deltatoken');
  const fromNow = text === undefined || text === '' || text === 'latest';
  const from = fromNow ? null : readCursor(() => cursors.read(user.key, principal.visibility, text));
  if (from !== null && from !== 'unreadable') await acknowledged(call, services, from.seq);
  const acknowledge = (cursor: string): void => {
    const read = readCursor(() => cursors.read(user.key, principal.visibility, cursor));
    if (read !== null && read !== 'unreadable') void acknowledged(call, services, read.seq);
  };
  const subscription = call.acting?.subscription.id ?? null;
  return { outcome: 'ok', stream: { user, principal, from, subscription, acknowledge } };
}

async function acknowledged({ acting }: Call, { fetched }: Services, seq: number): Promise<void> {
  if (acting) await fetched.upTo(acting.subscription, seq);
}

function readCursor(read: () => StreamStart): StreamStart {
  try {
    return read();
  } catch (error) {
    if (error instanceof HubError && error.kind === 'resyncRequired') return 'unreadable';
    throw error;
  }
}
