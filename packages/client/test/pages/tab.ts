// A tab of an app: an open feed, what it shows, and what is done in it.
import { connectHub } from '../../src/index.ts';

const settings = new URL(location.href).searchParams;
const feed = connectHub({
  baseUrl: settings.get('hub') ?? '',
  token: async () => settings.get('token') ?? '',
}).feed();

const idOf = (title: string) =>
  feed.items.find(({ payload }) => payload.visualContent?.title === title)?.id ?? '';

const tab = {
  read: () => ({
    ...feed.status,
    titles: feed.items.map(({ payload }) => payload.visualContent?.title ?? ''),
    unreadCount: feed.unreadCount,
  }),
  dismiss: (title: string) => feed.dismiss(idOf(title)),
  markRead: (title: string) => feed.markRead(idOf(title)),
};

export type TabControls = typeof tab;
Object.assign(globalThis, { tab });
