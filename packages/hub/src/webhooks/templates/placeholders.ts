// The members of a notification that a template may name, as text.
// One that a notification does not have is empty.
import type { Notification } from '@carillon/protocol';

export interface Told {
  readonly changeType: string;
  readonly notification: Notification;
  readonly userId: string;
  readonly userName: string;
  readonly appId: string;
  readonly appName: string;
  /** Where the app wants it opened when the notification itself leads nowhere. */
  readonly page: string;
}

type Read = (told: Told) => string | null | undefined;

const visual = ({ notification: { payload, fallbackPolicy } }: Told) =>
  payload.visualContent ?? fallbackPolicy?.endpointFallback.visualContent;

const readers = {
  title: (told) => visual(told)?.title,
  body: (told) => visual(told)?.body,
  url: (told) => visual(told)?.url,
  link: (told) => visual(told)?.url ?? told.page,
  imageUrl: (told) => visual(told)?.imageUrl,
  iconUrl: (told) => visual(told)?.iconUrl,
  category: (told) => visual(told)?.category,
  interruptionLevel: (told) => visual(told)?.interruptionLevel,
  changeType: (told) => told.changeType,
  id: ({ notification }) => notification.id,
  appNotificationId: ({ notification }) => notification.appNotificationId,
  targetHostName: ({ notification }) => notification.targetHostName,
  groupName: ({ notification }) => notification.groupName,
  priority: ({ notification }) => notification.priority,
  readState: ({ notification }) => notification.readState,
  userActionState: ({ notification }) => notification.userActionState,
  createdDateTime: ({ notification }) => notification.createdDateTime,
  lastModifiedDateTime: ({ notification }) => notification.lastModifiedDateTime,
  expirationDateTime: ({ notification }) => notification.expirationDateTime,
  actionId: ({ notification }) => notification.response?.actionId,
  responseText: ({ notification }) => notification.response?.text,
  userId: (told) => told.userId,
  userName: (told) => told.userName,
  appId: (told) => told.appId,
  appName: (told) => told.appName,
} as const satisfies Readonly<Record<string, Read>>;

export const placeholderNames: readonly string[] = Object.keys(readers);

/** By the name of a placeholder. */
export type Values = ReadonlyMap<string, string>;

/** Null for what has no words to show, as raw content alone. */
export function valuesOf(told: Told): Values | null {
  if (!visual(told)) return null;
  return new Map(Object.entries<Read>(readers).map(([name, read]) => [name, read(told) ?? '']));
}
