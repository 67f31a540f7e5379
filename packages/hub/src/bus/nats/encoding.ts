// The messages between nodes, as bytes and back. Changes of one user are text in pairs of lines, a head and the value
// as it was encoded, so that neither side parses a notification; heads and uses are JSON. What can't be read is null: a
// node of another version, or anyone else who may publish there.

import type { UserKey } from '../../model/principal.ts';
import type { FeedHead } from '../../store/store.ts';
import type { BusChange, NodeFact, Use } from '../bus.ts';

/** Of a node's name, its version and the like. */
const nameCharacters = 256;

/** A node of an earlier version can't read one that is traced, and reads the store in its place. */
type Line = readonly [
  seq: number,
  epoch: number,
  app: string,
  unread: number,
  unreadOfApp: number,
  traceparent?: string,
];

/** Two lines. */
export function encodeChange(change: BusChange): string {
  const { seq, epoch, app, unread, unreadOfApp, traceparent, value } = change;
  const plain: Line = [seq, epoch, app, unread, unreadOfApp];
  const line = traceparent === undefined ? plain : [...plain, traceparent];
  return `${JSON.stringify(line)}\n${value}\n`;
}

export function decodeChanges(user: UserKey, text: string): BusChange[] | null {
  const lines = text.split('\n');
  const changes: BusChange[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const line = readJson(lines[index] as string);
    const value = lines[index + 1] as string;
    if (!isLine(line) || !value.startsWith('{')) return null;
    const [seq, epoch, app, unread, unreadOfApp, traceparent] = line;
    const trace = traceparent === undefined ? {} : { traceparent };
    changes.push({ user, seq, epoch, app, unread, unreadOfApp, value, ...trace });
  }
  return changes;
}

export function encodeHeads(heads: readonly FeedHead[]): string {
  return JSON.stringify(heads.map(({ user, epoch, seq }) => [user, epoch, seq]));
}

export function decodeHeads(text: string): FeedHead[] | null {
  const rows = readRows(text, (row) => typeof row[0] === 'string' && isCount(row[1]) && isCount(row[2]));
  return rows === null ? null : rows.map(([user, epoch, seq]) => ({ user, epoch, seq }) as FeedHead);
}

export function encodeUses(uses: readonly Use[]): string {
  return JSON.stringify(uses.map(({ key, tokens }) => [key, tokens]));
}

export function decodeUses(text: string): Use[] | null {
  const rows = readRows(text, (row) => typeof row[0] === 'string' && isCount(row[1]));
  return rows === null ? null : rows.map(([key, tokens]) => ({ key, tokens }) as Use);
}

export function encodeNode(fact: NodeFact): string {
  return JSON.stringify(fact);
}

/** Whatever else a later version says of itself is left out. */
export function decodeNode(text: string): NodeFact | null {
  const read: unknown = readJson(text);
  if (typeof read !== 'object' || read === null) return null;
  const fact = read as Readonly<Record<keyof NodeFact, unknown>>;
  const { id, instance, version, state, isStoreUp } = fact;
  const { startedAt, streams, createsPerSecond, eventLoopLagSeconds } = fact;
  if (!isName(id) || !isName(instance) || !isName(version) || typeof isStoreUp !== 'boolean') return null;
  if (state !== 'up' && state !== 'draining' && state !== 'left') return null;
  if (!isCount(startedAt) || !isCount(streams)) return null;
  if (!isAmount(createsPerSecond) || !isAmount(eventLoopLagSeconds)) return null;
  return {
    ...{ id, instance, version, startedAt, state, streams },
    ...{ createsPerSecond, eventLoopLagSeconds, isStoreUp },
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= nameCharacters;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isLine(line: unknown): line is Line {
  if (!Array.isArray(line) || line.length < 5 || line.length > 6) return false;
  const [seq, epoch, app, unread, unreadOfApp, trace = ''] = line as unknown[];
  const areTexts = typeof app === 'string' && typeof trace === 'string';
  return [seq, epoch, unread, unreadOfApp].every(isCount) && areTexts;
}

function readRows(text: string, isRow: (row: unknown[]) => boolean): unknown[][] | null {
  const rows = readJson(text);
  const good = Array.isArray(rows) && rows.every((row) => Array.isArray(row) && isRow(row));
  return good ? (rows as unknown[][]) : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
