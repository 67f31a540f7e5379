// The tables of docs/api.md, made from the list of operations, each between two markers. The prose around them is
// written by hand. `npm run docs` writes them (generated.ts).
import type { CarillonSchema } from '@carillon/protocol/schemas';
import type { TSchema } from 'typebox';
import type { Access } from '../../packages/hub/src/auth/authorize.ts';
import { statusesOf } from '../../packages/hub/src/operations/kernel/answer.ts';
import type { Operation } from '../../packages/hub/src/operations/kernel/operation.ts';
import { operationTable } from '../../packages/hub/src/operations/table.ts';

/** `<!-- operations below /me/notifications -->` … `<!-- end -->`; `at` for those of that path alone. */
const table = /(<!-- operations (below|at) (\S+) -->\n)[\s\S]*?(<!-- end -->)/g;

const callers: Readonly<Record<Access, string>> = {
  user: 'a user',
  inbox: 'a user, with `Notifications.ReadWrite`',
  userOrApp: 'a user; an app with an X-UNS-ID',
  userOrAppByPath: 'a user; an app with an X-UNS-ID or under `users/{id}`',
  batch: 'a user; an app',
  appOrUser: 'a user; an app',
  operator: 'an operator',
  operatorRead: 'an operator, also one who reads',
};

/** The document with its tables as the list says, and the operations that stand in none. */
export function withTables(text: string): { text: string; missing: string[] } {
  const written = new Set<Operation>();
  const next = text.replace(table, (_all, begin: string, where: string, place: string, end: string) => {
    const operations = operationTable.filter(({ paths: [path] }) =>
      where === 'at' ? path === place : `${path}/`.startsWith(`${place}/`),
    );
    for (const operation of operations) written.add(operation);
    return `${begin}${tableOf(operations)}${end}`;
  });
  const missing = operationTable.filter((operation) => !written.has(operation));
  return { text: next, missing: missing.map(({ name }) => name) };
}

function tableOf(operations: readonly Operation[]): string {
  const rows = operations.map((operation) => [
    placesOf(operation),
    [operation.summary, takes(operation)].filter(Boolean).join('. Takes '),
    Object.entries(operation.query ?? {})
      .map(([name, { schema }]) => optionOf(name, schema))
      .join(', '),
    callers[operation.access],
    answers(operation),
  ]);
  const lines = [['', 'does', 'query', 'for', 'answers'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.map(escaped).join(' | ')} |\n`).join('');
}

function placesOf({ method, paths: [path, ...others] }: Operation): string {
  const also = others.map((each) => `\`${each}\``).join(', ');
  return `\`${method} ${path}\`${also === '' ? '' : ` (also ${also})`}`;
}

function optionOf(name: string, { minimum, maximum, default: fallback }: TSchema & Bounds): string {
  if (minimum === undefined) return `\`${name}\``;
  return `\`${name}\` (${minimum}–${grouped(maximum ?? 0)}, ${fallback})`;
}

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

/** Members in short; what has a type of its own is described in the prose. */
function takes({ body }: Operation): string {
  if (!body) return '';
  const schema: CarillonSchema = body.schema;
  if (schema.odataType === 'notification' || schema.odataType === 'notificationSubscription') return '';
  const text = shapeOf(schema);
  // A body that another value describes, such as the credentials of a channel, is in the prose.
  return text === '' || text === '{}' ? '' : `\`${text}\``;
}

function answers({ answer }: Operation): string {
  const statuses = statusesOf(answer).join(', ');
  const schema: CarillonSchema | null = answer.schema;
  if (schema === null) return statuses;
  const what = schema.odataType ? `the ${words(schema.odataType)}` : `\`${shapeOf(schema)}\``;
  return `${statuses} ${what}`;
}

function shapeOf({ properties, items, anyOf, odataType, required }: CarillonSchema, depth = 0): string {
  if (odataType && depth > 0) return words(odataType);
  if (items) return `[${shapeOf(items, depth) || '…'}]`;
  if (anyOf && depth > 0) return anyOf.map((each) => shapeOf(each, depth)).find((each) => each !== '') ?? '';
  if (!properties) return '';
  const members = Object.entries(properties).map(([name, member]) => {
    const shape = depth < 3 ? shapeOf(member, depth + 1) : '';
    return `"${name}"${shape === '' ? '' : `:${shape}`}${required?.includes(name) ? '' : '?'}`;
  });
  return `{${members.join(',')}}`;
}

function words(odataType: string): string {
  return odataType === 'notificationSubscription' ? 'subscription' : odataType;
}

function grouped(count: number): string {
  return String(count).replace(/(?<=\d)(?=(\d{3})+$)/g, ' ');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
