// The content of a push (RFC 8291 plaintext, JSON), read and checked: other services may push to the same worker. Pure:
// nothing here waits or keeps state.

/** A tap has no content: it only makes the device sync. A visual push has the text to show. */
export interface PushContent {
  readonly v: 1;
  readonly kind: 'tap' | 'visual';
  /** The notification that the push rings for; absent when it stands for many. */
  readonly notificationId?: string;
  readonly unreadCount: number;
  /** Handled elsewhere: what must not stay on the screen. */
  readonly close?: readonly string[];
  readonly title?: string;
  readonly body?: string;
  readonly tag?: string;
}

/** Null for anything that is not a push of the hub. */
export function readPush(text: string | undefined): PushContent | null {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return null;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { v, kind, notificationId, unreadCount, close, title, body, tag } = fields;
  if (v !== 1 || (kind !== 'tap' && kind !== 'visual')) return null;
  return {
    v,
    kind,
    unreadCount: typeof unreadCount === 'number' ? unreadCount : 0,
    ...(typeof notificationId === 'string' ? { notificationId } : {}),
    ...(Array.isArray(close) ? { close: close.filter((id) => typeof id === 'string') } : {}),
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof body === 'string' ? { body } : {}),
    ...(typeof tag === 'string' ? { tag } : {}),
  };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** Identifies content without storing its words. */
export async function digestOf(title: string, body: string | null | undefined): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([title, body ?? null]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
