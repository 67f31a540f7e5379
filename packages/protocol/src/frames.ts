// The frames of a live stream: the same JSON objects over server-sent events (`event:` is the type, `id:` the cursor)
// and over a WebSocket (one text message each).
import type { Notification, Removed } from './notification.ts';

export type FrameValue = Notification | Removed;

export type ByeReason = 'drain' | 'slowConsumer' | 'throttled' | 'tokenExpired' | 'unavailable';
export type ResyncReason = 'cursorTooOld' | 'cursorInvalid';

export type Frame =
  | {
      type: 'ready';
      cursor: string;
      unreadCount: number;
      heartbeatSeconds: number;
      preferences?: string | undefined;
    }
  | { type: 'change'; cursor: string; unreadCount: number; value: FrameValue }
  /** `preferences`: their ETag, when they were changed. */
  | { type: 'position'; cursor: string; unreadCount: number; preferences?: string | undefined }
  | { type: 'resync'; reason: ResyncReason }
  | { type: 'bye'; reason: ByeReason; retryAfterMs: number };
