// The part of a page's service worker that shows, closes and answers for notifications: what its users import.
// Nothing here needs an open page.
/** What the hub puts into a push: RFC 8291 plaintext, JSON. */
export interface PushContent {
  readonly v: 1;
  readonly kind: 'tap' | 'visual';
  readonly notificationId?: string;
  readonly unreadCount: number;
  readonly close?: readonly string[];
  readonly title?: string;
  readonly body?: string;
  readonly tag?: string;
}
