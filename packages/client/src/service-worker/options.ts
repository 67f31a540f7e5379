// An app's settings for its worker: where the hub is, who is signed in, what a notification looks like and what a click
// opens. The app can replace every text of the worker.
import type { Notification } from '@carillon/protocol';
import type { Clock } from '../clock.ts';
import type { AskToken } from '../requests/token.ts';
import type { PushContent } from '../web-push/push-content.ts';

/** What is about to be shown, from a push alone or from the hub. */
export interface Announced {
  readonly id: string;
  readonly title: string;
  readonly body: string | null;
  /** Null until the hub has answered. */
  readonly notification: Notification | null;
  /** Where the sender wants it to lead; null where the sender says nothing. */
  readonly url: string | null;
  /** The push that it is shown from; null when it comes from the hub. */
  readonly push: PushContent | null;
}

/** `text` asks for a line, where the platform has one. */
export interface ShownAction {
  readonly action: string;
  readonly title: string;
  readonly icon?: string;
  readonly type?: 'button' | 'text';
  readonly placeholder?: string;
}

/** As `showNotification` takes them; TypeScript's library lacks some of the standard's options. */
export interface ShownOptions extends NotificationOptions {
  readonly actions?: readonly ShownAction[];
  readonly image?: string;
  readonly renotify?: boolean;
  readonly timestamp?: number;
  readonly vibrate?: readonly number[];
}

export interface Shown {
  readonly title: string;
  readonly options?: ShownOptions;
}

/** All texts of the worker, for translation. */
export interface Words {
  readonly markRead: string;
  readonly snoozeHour: string;
  /** A push arrived, and the hub could not be reached. */
  readonly unreadable: string;
  /** A push came, and what it was about is handled already. */
  readonly upToDate: string;
  readonly signedOut: string;
  /** An answer that was given here does not count. {action} */
  readonly answeredElsewhere: string;
  readonly unanswered: string;
  readonly askedAnew: string;
  readonly askedNoMore: string;
}

export const english: Words = {
  markRead: 'Mark read',
  snoozeHour: 'Snooze for an hour',
  unreadable: 'You may have new notifications',
  upToDate: 'Your notifications are up to date',
  signedOut: 'Sign in to see your notifications',
  answeredElsewhere: 'Already decided: {action}',
  unanswered: 'Time ran out without an answer',
  askedAnew: 'The question has changed since. Look at it again.',
  askedNoMore: 'The question is no longer open.',
};

export interface ServeOptions {
  /** The hub's public URL. */
  readonly baseUrl: string;
  /** A delegated token, from where the worker can read it without a page. Rejecting means that it can't now. */
  readonly token: AskToken;
  /** Who is signed in, read from storage alone; null for nobody. Set it where tokens are opaque or users share a browser. */
  readonly account?: () => Promise<string | null>;
  /** What a click opens. Default: the notification's `url`, else the scope of the worker. */
  readonly openUrl?: (announced: Announced) => string;
  /** How it looks; null shows nothing of it. Default: title and body of visual notifications, with two actions. */
  readonly show?: (announced: Announced) => Shown | null;
  readonly words?: Partial<Words>;
  /** Default: the device's, corrected by the hub's. */
  readonly clock?: Clock;
}
