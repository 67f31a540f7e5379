// Who notifications come from: names and icons, and the host names by which an inbox finds the sender of a notification. An entry of its
// own, so that a page without an inbox does not load it.
import type { NotificationApp } from '@carillon/protocol';
import type { Requests } from './requests/requests.ts';

/** The hub's largest page: no person has more apps. */
const path = 'me/notificationApps?$top=1000';

export async function readApps(requests: Requests): Promise<readonly NotificationApp[]> {
  const answer: { value: NotificationApp[] } = await (await requests.send('GET', path)).json();
  return answer.value;
}
