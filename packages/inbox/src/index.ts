// The public entry of the inbox component. Importing it defines the element <carillon-inbox>; the typed React component has
// an entry of its own.
import type { CarillonInbox } from './carillon-inbox.ts';
import { defineInbox, tagName } from './define.ts';
import type { InboxEventMap } from './inbox-events.ts';

export type { Feed, FeedChange, FeedPhase, FeedStatus, HistoryPage } from '@carillon/client';
export { CarillonInbox } from './carillon-inbox.ts';
export type { Clock } from './clock.ts';
export type { InboxEventMap, InboxEventName } from './inbox-events.ts';
export { en as englishMessages } from './locale/en.ts';
export { setLocale } from './locale/locales.ts';
export type { CountMessages, Messages, Plural, TextMessages } from './locale/messages.ts';
export { defineInbox, tagName };

defineInbox();

declare global {
  interface HTMLElementTagNameMap {
    'carillon-inbox': CarillonInbox;
  }
  interface HTMLElementEventMap extends InboxEventMap {}
}
