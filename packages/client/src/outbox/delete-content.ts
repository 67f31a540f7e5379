// Deletes the content that was seen; newer content stays, and is returned. It is loaded with the first deletion that is sent, which needs the
// network anyway.
import type { Notification } from '@carillon/protocol';
import type { Requests } from '../requests/requests.ts';

export async function deleteContent(
  requests: Requests,
  id: string,
  contentVersion: number,
): Promise<Notification | null> {
  const path = `me/notifications/${encodeURIComponent(id)}`;
  const response = await requests.send('GET', path);
  const current: Notification = await response.json();
  if (current.contentVersion > contentVersion) return current;
  try {
    await requests.send('DELETE', path, { headers: { 'if-match': response.headers.get('etag') ?? '*' } });
    return null;
  } catch (error) {
    // There was another change in between, perhaps newer content.
    if (error instanceof Error && 'status' in error && error.status === 412)
      return deleteContent(requests, id, contentVersion);
    throw error;
  }
}
