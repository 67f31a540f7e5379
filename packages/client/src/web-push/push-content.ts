// The content of a push (RFC 8291 plaintext, JSON), read and checked: other services may push to the same worker. Pure. The
// hub writes declarative payloads (https://www.w3.org/TR/push-api/#declarative-push-message) with its own facts beside
// them; hubs of the first version wrote only those.

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
  /** Where opening it leads. */
  readonly url?: string;
  readonly actions?: readonly PushAction[];
  readonly look?: PushLook;
}

export interface PushAction {
  readonly action: string;
  readonly title: string;
  readonly navigate?: string;
}

/** Members of the declared notification that `showNotification` takes as they are. */
export interface PushLook {
  readonly lang?: string;
  readonly dir?: NotificationDirection;
  readonly icon?: string;
  readonly image?: string;
  readonly silent?: boolean;
  readonly requireInteraction?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Null for anything that is not a push of the hub. */
export function readPush(text: string | undefined): PushContent | null {
  const payload = parse(text);
  if (payload?.web_push !== 8030) return payload && contentOf(payload, payload, {});
  const facts = fieldsOf(payload.carillon);
  const declared = fieldsOf(payload.notification);
  return facts && contentOf({ unreadCount: payload.app_badge, ...facts }, declared ?? {}, declared ?? {});
}

/** An engine that has read the declaration by itself passes only the notification that it is about to show. */
export function readProposed(event: object): PushContent | null {
  const proposed =
    'notification' in event && typeof event.notification === 'object' ? event.notification : null;
  if (proposed === null || !('tag' in proposed) || !isId(proposed.tag)) return null;
  const names = ['title', 'body', 'navigate', 'lang', 'dir', 'icon', 'image', 'silent', 'actions'];
  const declared = Object.fromEntries(names.map((name) => [name, Reflect.get(proposed, name) || undefined]));
  const unreadCount = 'appBadge' in event ? event.appBadge : 0;
  return contentOf({ v: 1, kind: 'visual', notificationId: proposed.tag, unreadCount }, declared, declared);
}

/** The hub's ids are UUIDs; other services use other tags. */
function isId(tag: unknown): boolean {
  return typeof tag === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tag);
}

function contentOf(facts: Fields, { title, body, tag }: Fields, declared: Fields): PushContent | null {
  const { v, kind, notificationId, unreadCount, close } = facts;
  if (v !== 1 || (kind !== 'tap' && kind !== 'visual')) return null;
  const { navigate: url, actions } = declared;
  return {
    v,
    kind,
    unreadCount: typeof unreadCount === 'number' ? unreadCount : 0,
    ...textsOf({ notificationId, title, body, tag, url }),
    ...(Array.isArray(close) ? { close: close.filter((id) => typeof id === 'string') } : {}),
    ...(Array.isArray(actions) ? { actions: actions.flatMap(readAction) } : {}),
    look: readLook(declared),
  };
}

function readAction(value: unknown): PushAction[] {
  const { action, title, navigate } = fieldsOf(value) ?? {};
  if (typeof action !== 'string' || typeof title !== 'string') return [];
  return [{ action, title, ...textsOf({ navigate }) }];
}

function readLook({ lang, dir, icon, image, silent, requireInteraction }: Fields): PushLook {
  return {
    ...textsOf({ lang, icon, image }),
    ...(dir === 'ltr' || dir === 'rtl' || dir === 'auto' ? { dir } : {}),
    ...(silent === true ? { silent } : {}),
    ...(requireInteraction === true ? { requireInteraction } : {}),
  };
}

/** Those that are texts. */
function textsOf<Name extends string>(
  fields: Readonly<Record<Name, unknown>>,
): Partial<Record<Name, string>> {
  const texts: Partial<Record<string, string>> = {};
  for (const [name, value] of Object.entries(fields)) if (typeof value === 'string') texts[name] = value;
  return texts;
}

function parse(text: string | undefined): Fields | null {
  try {
    return fieldsOf(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}

/** Identifies content without storing its words. */
export async function digestOf(title: string, body: string | null | undefined): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([title, body ?? null]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
