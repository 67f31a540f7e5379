// Query options of the feed: what is understood is read strictly, and what is not is refused by name, never ignored.
// Shared by the operations that read; each names the options that it understands in operations/table.
import { invalid } from '../../model/errors.ts';
import type { Query } from './call.ts';

export function checkQuery(query: Query, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const list = known.length === 0 ? 'none is' : `supported are ${known.join(', ')}`;
    throw invalid(`The query option "${name}" is not supported here: ${list}.`, name);
  }
}

export function readTop(query: Query, fallback: number, max: number): number {
  const text = query.get('$top');
  if (text === undefined) return fallback;
  const top = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (top >= 1 && top <= max) return top;
  throw invalid(`$top must be a whole number from 1 to ${max}.`, '$top');
}

export function readCount(query: Query): boolean {
  const text = query.get('$count');
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw invalid('$count must be true or false.', '$count');
}

/** Members to answer, or null for all. `id` is always among them. */
export function readSelect(query: Query, members: readonly string[]): ReadonlySet<string> | null {
  const text = query.get('$select');
  if (text === undefined) return null;
  const selected = new Set(['id']);
  for (const name of text.split(',').map((part) => part.trim())) {
    if (!members.includes(name))
      throw invalid(`$select names "${name}", which is not one of ${members.join(', ')}.`, '$select');
    selected.add(name);
  }
  return selected;
}

export function pick(body: object, selected: ReadonlySet<string> | null): Record<string, unknown> {
  if (!selected) return body as Record<string, unknown>;
  return Object.fromEntries(Object.entries(body).filter(([name]) => selected.has(name)));
}
