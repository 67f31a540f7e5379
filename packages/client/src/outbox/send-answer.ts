// Sends the answer to a question, and says whether it counts: another one may have come first, the question may have been replaced, or it
// is gone. It is loaded with the first answer that is sent, which needs the network anyway.
import type { Notification, ResponsePost } from '@carillon/protocol';
import type { Requests } from '../requests/requests.ts';

/** `isLate`: it does not count, and this is the notification as it is now; null when it is gone. */
export interface SentAnswer {
  readonly isLate: boolean;
  readonly item: Notification | null;
}

export async function sendAnswer(requests: Requests, id: string, post: ResponsePost): Promise<SentAnswer> {
  const path = `me/notifications/${encodeURIComponent(id)}/respond`;
  try {
    const response = await requests.send('POST', path, { body: post });
    return { isLate: false, item: await response.json() };
  } catch (error) {
    if (!isOneOf(error, 404, 409, 412)) throw error;
    return { isLate: true, item: await readNow(requests, id) };
  }
}

async function readNow(requests: Requests, id: string): Promise<Notification | null> {
  return requests.get(id).catch((error: unknown) => {
    if (isOneOf(error, 404)) return null;
    throw error;
  });
}

function isOneOf(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof Error && 'status' in error && statuses.some((status) => status === error.status);
}
