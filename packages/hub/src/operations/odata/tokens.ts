// The text of a `$filter` as tokens, each with its position for messages. Strings stand in single quotes that are doubled
// inside; dates are RFC 3339 without quotes, seconds optional (OASIS OData 4.01, ABNF: string, dateTimeOffsetValue).
import { parseDateTime } from '../../model/date-time.ts';

export type Token =
  | { readonly kind: 'open' | 'close' | 'comma' | 'end'; readonly text: string; readonly at: number }
  | { readonly kind: 'word' | 'other'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number; readonly value: string }
  | { readonly kind: 'date'; readonly text: string; readonly at: number; readonly value: number };

const space = /[ \t]+/y;
const string = /'((?:[^']|'')*)'/y;
const word = /[A-Za-z_][\w/]*/y;
/** Up to what ends a literal; it is read as a whole, to be named as a whole. */
const literal = /[^\s(),']+/y;
const marks = { '(': 'open', ')': 'close', ',': 'comma' } as const;

export class FilterFault extends Error {
  override readonly name = 'FilterFault';
  readonly at: number;

  /** `at` counts from 0. */
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const gap = matchAt(space, text, at);
    if (gap) {
      at += gap[0].length;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }];
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function tokenAt(text: string, at: number): Token {
  const char = text[at] ?? '';
  if (char === '(' || char === ')' || char === ',') return { kind: marks[char], text: char, at };
  if (char === "'") return stringAt(text, at);
  const named = matchAt(word, text, at);
  const whole = matchAt(literal, text, at)?.[0] ?? char;
  if (named && named[0].length === whole.length) return { kind: 'word', text: whole, at };
  if (/^\d/.test(whole)) return dateAt(text, whole, at);
  return { kind: 'other', text: whole, at };
}

function stringAt(text: string, at: number): Token {
  const found = matchAt(string, text, at);
  if (!found)
    throw new FilterFault(at, 'the string is not closed: end it with a quote, and double one inside');
  const value = (found[1] ?? '').replaceAll("''", "'");
  if (value.includes('\0') || !value.isWellFormed())
    throw new FilterFault(at, 'the string holds U+0000 or half of a surrogate pair, which no text here does');
  return { kind: 'string', text: found[0], at, value };
}

const dateShape = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d/;

function dateAt(text: string, whole: string, at: number): Token {
  const value = readDate(whole);
  if (value !== null) return { kind: 'date', text: whole, at, value };
  if (!dateShape.test(whole)) return { kind: 'other', text: whole, at };
  const lost = matchAt(/ \d\d:\d\d/y, text, at + whole.length);
  const hint = lost ? ': in a URL "+" is a space, write it %2B' : '';
  throw new FilterFault(at, `"${whole}" is no date such as 2026-11-30T12:00:00Z or …+01:00${hint}`);
}

/** An instant between two milliseconds is the half. */
function readDate(text: string): number | null {
  const parts = /^(.{16})(?::(\d\d)(?:\.(\d{1,12}))?)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (!parts) return null;
  const [, start = '', second = '00', fraction = '', zone = ''] = parts;
  // A leap second is the beginning of the next one here, as for every clock of the hub.
  const isLeap = second === '60';
  const whole = parseDateTime(`${start}:${isLeap ? '59' : second}.${fraction.padEnd(3, '0')}${zone}`);
  if (whole === null) return null;
  const between = /[1-9]/.test(fraction.slice(3)) ? 0.5 : 0;
  return whole + between + (isLeap ? 1000 : 0);
}
