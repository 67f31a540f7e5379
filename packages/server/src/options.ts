// What a call may say beside its content: whose feed, how long, and when to stop.
// A method of the SDK takes them as its last argument; all are optional.
import type { CarillonError } from './carillon-error.ts';
import type { Notification, NotificationResponse } from './shapes.ts';

export interface CallOptions {
  /** One of the user's devices, for a token of the app itself: it addresses the user. */
  readonly unsId?: string;
  /** The user's id or name, where the path names the user. Absent: the user of the token. */
  readonly user?: string;
  readonly signal?: AbortSignal;
}

export interface AskOptions extends CallOptions {
  /** The question is closed after this. Absent: when the notification expires. */
  readonly timeoutSeconds?: number;
  /** The action that counts when nobody answers in time. */
  readonly defaultActionId?: string;
}

export interface Posted {
  readonly notification: Notification;
  /** `repeated`: this content was there already, and nobody is told again. */
  readonly result: 'created' | 'replaced' | 'repeated';
}

export interface Asked {
  readonly id: string;
  /** `actionId` is null when the deadline passed without a default. */
  readonly response: NotificationResponse;
}

/** Of each post, in their order. */
export type PostMany = readonly (Posted | CarillonError)[];
