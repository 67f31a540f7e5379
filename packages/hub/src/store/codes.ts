// The numbers that stand in the databases for names of the model, for both stores. They are stored for ever: a new name
// gets a new number, and no number is ever given again. The order of the lists in the protocol and the model means
// nothing here, and a name without a number does not compile. store/codes.test.ts pins every one of them.
// A push channel's number is in its descriptor (push/channels/<name>), and stays there for ever too.
import type { PlatformType, ReadState, UserActionState, Verdict, VisualMember } from '@carillon/protocol';
import type { ChangeType } from '../model/change-subscription.ts';
import {
  clocksDifferMs,
  type DeliveryKind,
  isOpen,
  longestWaitMs,
  type SendStatus,
} from '../model/delivery.ts';
import type { Removal, StoredNotification } from '../model/notification.ts';

export interface Codes<Name extends string> {
  /** In the order of the numbers. */
  readonly names: readonly Name[];
  encode(name: Name): number;
  /** Throws for what is no number of these: a later version wrote it, or the database is damaged. */
  decode(code: unknown): Name;
}

function codes<Name extends string>(what: string, numbers: Readonly<Record<Name, number>>): Codes<Name> {
  const names: Name[] = [];
  for (const name in numbers) names[numbers[name]] = name;
  return {
    names: names.filter((name) => name !== undefined),
    encode: (name) => numbers[name],
    decode(code) {
      const name = typeof code === 'number' ? names[code] : undefined;
      if (name === undefined)
        throw new Error(`The database holds ${what} ${String(code)}, which has no name.`);
      return name;
    },
  };
}

export const readStateCodes = codes<ReadState>('the read state', { unread: 0, read: 1 });

export const actionCodes = codes<UserActionState>('the action state', {
  noInteraction: 0,
  activated: 1,
  dismissed: 2,
  snoozed: 3,
});

export const changeTypeCodes = codes<ChangeType>('the type of change', {
  created: 0,
  updated: 1,
  deleted: 2,
});

/** 0 stands for what is not removed. */
export const removalCodes = codes<Removal>('the removal', { deleted: 1, expired: 2 });

/** Where a notification stands in the index of ids of SQLite: a column of the schema computes it from state and removal. */
export const standingCodes = codes<'removed' | ReadState>('the standing', { removed: 0, read: 1, unread: 2 });

export const platformCodes = codes<PlatformType>('the platform', {
  windows: 0,
  ios: 1,
  android: 2,
  webPush: 3,
});

export const kindCodes = codes<DeliveryKind>('the kind of delivery', { notify: 0, fallback: 1, clear: 2 });

export const statusCodes = codes<SendStatus>('the status', {
  pending: 0,
  sent: 1,
  accepted: 2,
  withdrawn: 3,
  expired: 4,
  failed: 5,
  gone: 6,
  skipped: 7,
});

export const verdictCodes = codes<Verdict>('the verdict', {
  accepted: 0,
  retry: 1,
  throttled: 2,
  gone: 3,
  refused: 4,
});

/** Each is a bit of what was dropped. They are answered in this order: first what is left out first. */
export const droppedCodes = codes<VisualMember>('the dropped member', {
  progress: 0,
  imageUrl: 1,
  iconUrl: 2,
  actions: 3,
  url: 4,
  sound: 5,
  category: 6,
  interruptionLevel: 7,
  lang: 8,
  dir: 9,
  body: 10,
  title: 11,
});

const nothing: readonly VisualMember[] = [];

export function encodeDropped(members: readonly VisualMember[]): number {
  let bits = 0;
  for (const each of members) bits |= 1 << droppedCodes.encode(each);
  return bits;
}

/** A bit that only a later version has a name for is passed over. */
export function decodeDropped(stored: unknown): readonly VisualMember[] {
  const bits = Number(stored);
  if (bits === 0) return nothing;
  return droppedCodes.names.filter((name) => bits & (1 << droppedCodes.encode(name)));
}

const notRemoved = 0;

export function encodeRemoved(removed: Removal | null): number {
  return removed === null ? notRemoved : removalCodes.encode(removed);
}

export function decodeRemoved(code: unknown): Removal | null {
  return code === notRemoved ? null : removalCodes.decode(code);
}

/** Both states share a column: the lowest bit is the read state, so that an index finds what was handled. */
export function encodeState({
  readState,
  userActionState,
}: Pick<StoredNotification, 'readState' | 'userActionState'>): number {
  return readStateCodes.encode(readState) + 2 * actionCodes.encode(userActionState);
}

export function decodeReadState(code: unknown): ReadState {
  return readStateCodes.decode(Number(code) & 1);
}

export function decodeActionState(code: unknown): UserActionState {
  return actionCodes.decode(Number(code) >> 1);
}

// Conditions as both schemas' partial indexes have them, word for word: else a query does not walk its index.

const firstSettled = Math.min(
  ...statusCodes.names.filter((name) => !isOpen(name)).map((name) => statusCodes.encode(name)),
);

/** Open statuses have the lowest numbers. */
export function sqlIsOpen(status = 'status'): string {
  return `${status} < ${firstSettled}`;
}

export function sqlIsSettled(status: string): string {
  return `${status} >= ${firstSettled}`;
}

export function sqlIsFailed(status = 'status'): string {
  return `${status} = ${statusCodes.encode('failed')}`;
}

/** Deliveries that may show something: a device has them, or not. */
export function sqlShows(kind = 'kind'): string {
  return `${kind} < ${kindCodes.encode('clear')}`;
}

/** How a store says which deliveries were dated while the clock was ahead, and when those are due instead. */
export interface DatedAhead {
  /** Only the last of a lane, which its index finds, can be dated ahead. */
  readonly isLate: string;
  /** It was planned later than now, or is due later than its rule allows. */
  readonly isAhead: string;
  /** After the wait of its rule, from now. */
  readonly due: string;
  readonly plannedAt: string;
}

export interface DatedAheadOptions {
  readonly now: string;
  readonly claimed: string;
  /** The function that answers the lower of two numbers. */
  readonly least: string;
  readonly table?: string;
}

export function sqlDatedAhead({ now, claimed, least, table = '' }: DatedAheadOptions): DatedAhead {
  const { again, fallback, claim } = longestWaitMs;
  const [due, planned] = [`${table}due`, `${table}planned_at`];
  const waits = `${table}kind = ${kindCodes.encode('fallback')} AND ${table}attempts = 0`;
  const byRule = (ofFallback: string, ofAgain: number) =>
    `CASE WHEN ${claimed} THEN ${claim} WHEN ${waits} THEN ${ofFallback} ELSE ${ofAgain} END`;
  return {
    isLate: `${due} > ${now} + ${claim + clocksDifferMs}`,
    isAhead: `(${planned} > ${now} + ${clocksDifferMs} OR ${due} > ${now} + ${clocksDifferMs} + ${byRule(`${fallback}`, again)})`,
    due: `${now} + ${byRule(`${least}(${due} - ${planned}, ${fallback})`, 0)}`,
    plannedAt: `${least}(${planned}, ${now})`,
  };
}

export function sqlIsAlive(removed = 'removed'): string {
  return `${removed} = ${notRemoved}`;
}

/** A question that waits for its deadline. */
export function sqlHasDeadline(table = ''): string {
  return `${table}respond_by IS NOT NULL AND ${sqlIsAlive(`${table}removed`)}`;
}

/** Handled and not removed. */
export function sqlIsEvictable(table = ''): string {
  return `${table}state & 1 = ${readStateCodes.encode('read')} AND ${sqlIsAlive(`${table}removed`)}`;
}

export function sqlIsUnread(state = 'state'): string {
  return `${state} & 1 = ${readStateCodes.encode('unread')}`;
}

/** Of a table with these two columns: read or removed. */
export function sqlIsHandled(table = ''): string {
  return `(${table}state & 1 = ${readStateCodes.encode('read')} OR ${table}removed > ${notRemoved})`;
}

/** Of a row of `feed_app`: null where an earlier version wrote after they were counted. */
export const sqlCountedBytes = 'CASE WHEN counted_to = head THEN content_bytes END';
