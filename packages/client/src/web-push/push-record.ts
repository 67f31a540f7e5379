// What a service worker stores between two events, since the browser may end it after each: what it has shown, what the
// hub has not received yet, and the registration that the page made. One record; no title and no body is ever in it.
import type { Receipt, ResponsePost, StatePatch, SubscriptionPost } from '@carillon/protocol';

/** A notification that this browser has shown, or has seen as handled. */
export interface Remembered {
  /** Null until the hub has answered what a push showed. */
  readonly contentVersion: number | null;
  /** `lastModifiedDateTime` when it was shown. */
  readonly modified: string | null;
  /** Of title and body: it identifies a push that arrives twice. */
  readonly digest: string | null;
  /** When its time in the viewer ends, in milliseconds since 1970. */
  readonly displayUntil: number | null;
  readonly handled: 'no' | 'yes' | 'snoozed';
}

/** A state change, the answer to a question, or a receipt for the hub. */
export type NewOutboxEntry =
  | { readonly kind: 'state'; readonly id: string; readonly patch: StatePatch }
  | { readonly kind: 'answer'; readonly id: string; readonly post: ResponsePost }
  | { readonly kind: 'receipt'; readonly receipt: Receipt };

export type OutboxEntry = NewOutboxEntry & { readonly key: number };

/** The device's subscription at the hub, as it is posted again when the browser renews its own. */
export interface PushRegistration {
  /** UNS-ID. */
  readonly subscriptionId: string;
  readonly post: Omit<SubscriptionPost, 'channel' | 'expirationDateTime'>;
  /** When the lease ends, in milliseconds since 1970. */
  readonly leaseUntil: number;
}

export interface PushRecord {
  /** Nobody is signed in: a push shows no words. */
  readonly signedOut: boolean;
  /** The user that the rest belongs to; null until a token names one. */
  readonly account: string | null;
  readonly cursor: string | null;
  readonly unreadCount: number;
  readonly remembered: Readonly<Record<string, Remembered>>;
  /** What was done here and has not reached the hub, oldest first. */
  readonly outbox: readonly OutboxEntry[];
  readonly nextKey: number;
  readonly registration: PushRegistration | null;
  /** The browser's subscription has changed, and the hub still has the old one. */
  readonly renew: boolean;
  /** How far the device's clock was off at the last exchange. */
  readonly offsetMs: number;
}

export const emptyRecord: PushRecord = {
  signedOut: false,
  account: null,
  cursor: null,
  unreadCount: 0,
  remembered: {},
  outbox: [],
  nextKey: 1,
  registration: null,
  renew: false,
  offsetMs: 0,
};

/** Bounds. The oldest entries go first: no browser shows that many. */
const rememberedMax = 300;
const outboxMax = 500;

/** Appends to the outbox. */
export function enqueue(record: PushRecord, ...entries: readonly NewOutboxEntry[]): PushRecord {
  const keyed = entries.map((entry, index): OutboxEntry => ({ ...entry, key: record.nextKey + index }));
  return { ...record, outbox: [...record.outbox, ...keyed], nextKey: record.nextKey + entries.length };
}

export function bounded(record: PushRecord): PushRecord {
  const entries = Object.entries(record.remembered);
  if (entries.length <= rememberedMax && record.outbox.length <= outboxMax) return record;
  return {
    ...record,
    remembered: Object.fromEntries(entries.slice(-rememberedMax)),
    outbox: record.outbox.slice(-outboxMax),
  };
}
