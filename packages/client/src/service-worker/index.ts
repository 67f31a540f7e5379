// The part of a page's service worker that shows, closes and answers for notifications: what its users import.
// Nothing here needs an open page.

export { HubClock } from '../clock.ts';
export type { PushAction, PushContent, PushLook } from '../web-push/push-content.ts';
export type { Announced, ServeOptions, Shown, ShownOptions, Words } from './options.ts';
export { serveNotifications, type WorkerMessage } from './serve-notifications.ts';
