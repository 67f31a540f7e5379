// The inbox component in English alone: for a page that loads the one language that its user reads, and sets it with
// setLocale. Importing it defines the element <carillon-inbox>.
import './quiet-lit.ts';

export { inbox as englishMessages } from '@carillon/words/en';

import type { CarillonInbox } from './carillon-inbox.ts';
import { defineInbox, tagName } from './define.ts';
import type { InboxEventMap } from './inbox-events.ts';

export type { Feed, FeedChange, FeedPhase, FeedStatus, HistoryPage } from '@carillon/client';
export type { NotificationApp } from '@carillon/protocol';
export type { CountMessages, InboxMessages as Messages, Plural, TextMessages } from '@carillon/words';
export { CarillonInbox } from './carillon-inbox.ts';
export type { Clock } from './clock.ts';
export type { InboxEventMap, InboxEventName } from './inbox-events.ts';
export { setLocale } from './locale/locales.ts';
export type { Filter, Pictures, Place, Shown } from './view/host.ts';
export type { RenderItem } from './visual/own-rows.ts';
export { defineInbox, tagName };

defineInbox();

declare global {
  interface HTMLElementTagNameMap {
    'carillon-inbox': CarillonInbox;
  }
  interface HTMLElementEventMap extends InboxEventMap {}
}
